import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FIRST_WINDOW_BYTES, nextWindow, type Reception } from '../../../../src/core/ssh/builtin/receiveWindow.ts';

const MIB = 1024 * 1024;
const reception = (changes: Partial<Reception>): Reception => ({
  windowBytes: FIRST_WINDOW_BYTES,
  receivedBytes: FIRST_WINDOW_BYTES,
  elapsedMs: 100,
  rttMs: 100,
  ...changes,
});

void test('a whole window in a round trip doubles it, up to 8 MiB', () => {
  const sizes = [nextWindow(reception({}))];
  for (let index = 0; index < 3; index++) {
    const windowBytes = sizes.at(-1) ?? 0;
    sizes.push(nextWindow(reception({ windowBytes, receivedBytes: windowBytes })));
  }
  assert.deepEqual(sizes, [4 * MIB, 8 * MIB, 8 * MIB, 8 * MIB]);
});

void test('bytes that took several round trips are averaged over them', () => {
  assert.equal(nextWindow(reception({ receivedBytes: 6 * MIB, elapsedMs: 300 })), 4 * MIB);
  assert.equal(nextWindow(reception({ receivedBytes: 3 * MIB, elapsedMs: 300 })), 2 * MIB);
});

void test('the window stays when the connection or the reader uses less of it', () => {
  assert.equal(nextWindow(reception({ receivedBytes: MIB })), FIRST_WINDOW_BYTES);
  assert.equal(nextWindow(reception({ receivedBytes: 0 })), FIRST_WINDOW_BYTES);
});

void test('the window of a near server never grows', () => {
  const near = { rttMs: 19, elapsedMs: 19, receivedBytes: 100 * MIB };
  assert.equal(nextWindow(reception(near)), FIRST_WINDOW_BYTES);
});

void test('a window never shrinks and never passes 8 MiB', () => {
  const size = fc.integer({ min: FIRST_WINDOW_BYTES, max: 8 * MIB });
  const time = fc.double({ min: 0.01, max: 60_000, noNaN: true });
  fc.assert(
    fc.property(size, fc.nat(), time, time, (windowBytes, receivedBytes, rttMs, moreMs) => {
      const next = nextWindow({ windowBytes, receivedBytes, rttMs, elapsedMs: rttMs + moreMs });
      assert.ok(next >= windowBytes && next <= 8 * MIB, `${next}`);
    }),
  );
});
