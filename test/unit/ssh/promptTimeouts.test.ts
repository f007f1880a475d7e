import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { withoutTimeout, PromptTimeouts } from '../../../src/core/ssh/promptTimeouts.ts';

void test('the limit pauses while a person answers', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    let isOver = false;
    const patience = new PromptTimeouts();
    patience.start(100, () => (isOver = true));
    mock.timers.tick(60);
    await patience.whilePersonAnswers(async () => mock.timers.tick(10_000));
    assert.ok(!isOver);
    mock.timers.tick(39);
    assert.ok(!isOver);
    mock.timers.tick(1);
    assert.ok(isOver);
  } finally {
    mock.timers.reset();
  }
});

void test('a shown notice extends the limit, and a notice that nobody can read does not', () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    const asking = { hostKey: unexpected, secret: unexpected, addToAgent: unexpected };
    for (const notice of [undefined, mock.fn<(host: string, text: string) => void>()]) {
      let isOver = false;
      const patience = new PromptTimeouts();
      patience.start(100, () => (isOver = true));
      withoutTimeout({ ...asking, ...(notice && { notice }) }, patience).notice?.(
        'devbox',
        'Open this page to go on: …',
      );
      mock.timers.tick(100);
      assert.equal(isOver, notice === undefined);
      assert.equal(notice?.mock.callCount() ?? 1, 1);
      mock.timers.tick(5 * 60_000);
      assert.equal(isOver, notice === undefined);
      mock.timers.tick(5 * 60_000);
      assert.ok(isOver);
    }
  } finally {
    mock.timers.reset();
  }
});

const unexpected = async (): Promise<never> => assert.fail('nobody is asked');

void test('a stopped limit does not resume after a question', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    let isOver = false;
    const patience = new PromptTimeouts();
    patience.start(100, () => (isOver = true));
    await patience.whilePersonAnswers(async () => patience.stop());
    mock.timers.tick(1000);
    assert.ok(!isOver);
  } finally {
    mock.timers.reset();
  }
});
