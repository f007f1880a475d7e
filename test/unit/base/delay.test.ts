import assert from 'node:assert/strict';
import test from 'node:test';
import { backoffMs } from '../../../src/base/backoff.ts';
import { abortable, deadline, delay, within } from '../../../src/base/delay.ts';
import { Queue } from '../../../src/base/queue.ts';

void test('a delay ends at once with the reason of its signal', async () => {
  const stop = new AbortController();
  const waiting = delay(60_000, stop.signal);
  stop.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/u);
});

void test('an abortable promise rejects while the promise itself is still pending', async () => {
  const stop = new AbortController();
  const waiting = abortable(new Promise<never>(() => undefined), stop.signal);
  stop.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/u);
});

void test('what fails after it was given up troubles nobody', async (t) => {
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', onUnhandled);
  t.after(() => process.off('unhandledRejection', onUnhandled));
  const late = Promise.reject(new Error('nobody hears this'));
  await assert.rejects(abortable(late, AbortSignal.abort(new Error('enough'))), /enough/u);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(unhandled, []);
});

void test('a deadline aborts with its own reason', async () => {
  const { signal } = deadline(1, () => new Error('too late'));
  await assert.rejects(abortable(new Promise<never>(() => undefined), signal), /too late/u);
});

void test('a deadline passes on the abortion of its parent', async () => {
  const parent = new AbortController();
  const { signal, clear } = deadline(60_000, () => new Error('too late'), parent.signal);
  parent.abort(new Error('cancelled'));
  await assert.rejects(abortable(new Promise<never>(() => undefined), signal), /cancelled/u);
  clear();
});

void test('backing off starts at once, doubles, and stays within its bounds and jitter', () => {
  const bounds = { minMs: 1000, maxMs: 30_000 };
  const middle = [0, 1, 2, 3, 4, 5, 6, 60].map((attempt) => backoffMs(attempt, bounds, () => 0.5));
  assert.deepEqual(middle, [0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assert.equal(
    backoffMs(1, bounds, () => 0),
    800,
  );
  assert.equal(
    backoffMs(60, bounds, () => 1),
    30_000,
  );
});

void test('a queue runs its jobs one after the other and goes on after a failure', async () => {
  const queue = new Queue();
  const seen: string[] = [];
  const slow = queue.run(async () => {
    await delay(5);
    seen.push('slow');
    throw new Error('broken');
  });
  const quick = queue.run(async () => seen.push('quick'));
  await assert.rejects(slow, /broken/u);
  await quick;
  assert.deepEqual(seen, ['slow', 'quick']);
});

void test('within tells whether a promise settled in time, and leaves no timer', async () => {
  assert.equal(await within(60_000, Promise.resolve()), true);
  assert.equal(await within(1, new Promise(() => undefined)), false);
  await assert.rejects(within(60_000, Promise.reject(new Error('no'))), /no/u);
  assert.equal(process.getActiveResourcesInfo().includes('Timeout'), false);
});
