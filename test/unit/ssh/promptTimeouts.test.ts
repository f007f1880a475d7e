import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { PromptTimeouts } from '../../../src/core/ssh/promptTimeouts.ts';

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
