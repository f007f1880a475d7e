import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Patience } from '../../../src/core/ssh/patience.ts';

void test('the limit stands still while a person answers', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    let isOver = false;
    const patience = new Patience();
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

void test('a limit that was lifted does not come back after a question', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    let isOver = false;
    const patience = new Patience();
    patience.start(100, () => (isOver = true));
    await patience.whilePersonAnswers(async () => patience.stop());
    mock.timers.tick(1000);
    assert.ok(!isOver);
  } finally {
    mock.timers.reset();
  }
});
