import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from '../../../src/base/slots.ts';

void test('at most as many jobs as slots run at once, in their order, and a failed job frees its slot', async () => {
  const slots = new Slots(2);
  const log: string[] = [];
  let running = 0;
  const jobs = ['a', 'b', 'c', 'd'].map((name) =>
    slots.run(async () => {
      log.push(`${name} beside ${running++}`);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (name === 'a') throw new Error('no');
    }),
  );
  const results = await Promise.allSettled(jobs);
  assert.deepEqual(log, ['a beside 0', 'b beside 1', 'c beside 1', 'd beside 1']);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  );
});
