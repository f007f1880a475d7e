import assert from 'node:assert/strict';
import test from 'node:test';
import { backoffMs } from '../../../src/base/backoff.ts';
import { abortable, after, deadline, delay, every, within } from '../../../src/base/delay.ts';
import { Queue } from '../../../src/base/queue.ts';

void test('an abort ends a delay at once, with the reason of the signal', async () => {
  const stop = new AbortController();
  const waiting = delay(60_000, stop.signal);
  stop.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/u);
});

void test('an abort rejects an abortable promise while the promise is still pending', async () => {
  const stop = new AbortController();
  const waiting = abortable(new Promise<never>(() => undefined), stop.signal);
  stop.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/u);
});

void test('a rejection after the abort is no unhandled rejection', async (t) => {
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', onUnhandled);
  t.after(() => process.off('unhandledRejection', onUnhandled));
  const late = Promise.reject(new Error('nobody hears this'));
  await assert.rejects(abortable(late, AbortSignal.abort(new Error('enough'))), /enough/u);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(unhandled, []);
});

void test('an expired deadline aborts with its own reason', async () => {
  const { signal } = deadline(1, () => new Error('too late'));
  await assert.rejects(abortable(new Promise<never>(() => undefined), signal), /too late/u);
});

void test('a deadline aborts with the reason of its parent', async () => {
  const parent = new AbortController();
  const { signal, clear } = deadline(60_000, () => new Error('too late'), parent.signal);
  parent.abort(new Error('cancelled'));
  await assert.rejects(abortable(new Promise<never>(() => undefined), signal), /cancelled/u);
  clear();
});

void test('the backoff starts at zero, doubles, and stays within its bounds and jitter', () => {
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

void test('a queue runs one job at a time and continues after a failed job', async () => {
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

void test('within reports whether a promise settled in time, and clears its timer', async () => {
  assert.equal(await within(60_000, Promise.resolve()), true);
  assert.equal(await within(1, new Promise(() => undefined)), false);
  await assert.rejects(within(60_000, Promise.reject(new Error('no'))), /no/u);
  assert.equal(process.getActiveResourcesInfo().includes('Timeout'), false);
});

void test('a timer that is longer than Node counts does not fire at once', async (t) => {
  let fired = 0;
  const timers = [after(2 ** 31, () => fired++), every(Number.MAX_SAFE_INTEGER, () => fired++)];
  t.after(() => timers.forEach((timer) => clearInterval(timer)));
  const stop = new AbortController();
  const waiting = delay(2 ** 40, stop.signal).then(() => fired++);
  await delay(20);
  assert.equal(fired, 0);
  stop.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/u);
});
