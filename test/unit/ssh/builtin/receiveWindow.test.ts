import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FIRST_WINDOW_BYTES,
  nextWindow,
  type Reception,
  withSample,
} from '../../../../src/core/ssh/builtin/receiveWindow.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const reception = (changes: Partial<Reception>): Reception => ({
  windowBytes: FIRST_WINDOW_BYTES,
  perRoundTrip: [FIRST_WINDOW_BYTES],
  isShared: false,
  rttMs: 100,
  ...changes,
});

void test('a whole window in a round trip doubles it, up to 8 MiB', () => {
  const sizes = [nextWindow(reception({}))];
  for (let index = 0; index < 3; index++) {
    const windowBytes = sizes.at(-1) ?? 0;
    sizes.push(nextWindow(reception({ windowBytes, perRoundTrip: [windowBytes] })));
  }
  assert.deepEqual(sizes, [4 * MIB, 8 * MIB, 8 * MIB, 8 * MIB]);
});

void test('the window of a channel that is alone stays when the connection or the reader uses less of it', () => {
  assert.equal(nextWindow(reception({ perRoundTrip: [MIB] })), FIRST_WINDOW_BYTES);
  assert.equal(nextWindow(reception({ perRoundTrip: [] })), FIRST_WINDOW_BYTES);
});

void test('the window of a near server never changes', () => {
  for (const isShared of [false, true]) {
    assert.equal(nextWindow(reception({ rttMs: 19, isShared, perRoundTrip: [100 * MIB] })), FIRST_WINDOW_BYTES);
    assert.equal(nextWindow(reception({ rttMs: 19, isShared, perRoundTrip: [1] })), FIRST_WINDOW_BYTES);
  }
});

void test('beside other channels the window follows what a round trip carries', () => {
  const shared = (...perRoundTrip: readonly number[]): number =>
    nextWindow(reception({ isShared: true, perRoundTrip }));
  assert.equal(shared(600 * KIB, 600 * KIB, 600 * KIB), 780 * KIB);
  assert.equal(shared(1, 1, 1), 64 * KIB);
  assert.equal(shared(100 * MIB, 100 * MIB), 8 * MIB);
});

void test('one pause, and what arrives after it, do not change the window', () => {
  const steady = [600 * KIB, 600 * KIB, 600 * KIB];
  const after = [50 * KIB, 2000 * KIB].reduce(withSample, steady);
  assert.equal(nextWindow(reception({ isShared: true, perRoundTrip: after })), 780 * KIB);
});

void test('only the latest measurements count', () => {
  const six = [1, 2, 3, 4, 5, 6].reduce<readonly number[]>(withSample, [100 * MIB, 100 * MIB]);
  assert.deepEqual(six, [1, 2, 3, 4, 5, 6]);
});

void test('a window that is used up in every round trip grows beside other channels too', () => {
  let windowBytes = 64 * KIB;
  let perRoundTrip: readonly number[] = [];
  for (let trip = 0; trip < 120; trip++) {
    perRoundTrip = withSample(perRoundTrip, 0.9 * windowBytes);
    windowBytes = nextWindow(reception({ windowBytes, perRoundTrip, isShared: true }));
  }
  assert.equal(windowBytes, 8 * MIB);
});

void test('a window stays between 64 KiB and 8 MiB, and never shrinks while its channel is alone', () => {
  const size = fc.integer({ min: FIRST_WINDOW_BYTES, max: 8 * MIB });
  fc.assert(
    fc.property(size, fc.array(fc.nat()), fc.boolean(), fc.nat(), (windowBytes, perRoundTrip, isShared, rttMs) => {
      const next = nextWindow({ windowBytes, perRoundTrip, isShared, rttMs });
      assert.ok(next >= (isShared ? 64 * KIB : windowBytes) && next <= 8 * MIB, `${next}`);
    }),
  );
});
