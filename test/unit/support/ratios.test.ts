import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, median, turnsOf } from '../../support/ratios.ts';

test('a ratio is the median of the ratios of the rounds, not the ratio of the medians', () => {
  const [ssh, ours] = compare([
    [10, 20, 40],
    [20, 20, 20],
  ]);
  assert.deepEqual(ssh, { median: 20, ratio: 1, pairs: 3 });
  assert.deepEqual(ours, { median: 20, ratio: 1, pairs: 3 });
  const [, slowMachine] = compare([
    [10, 1, 10],
    [5, 0.5, 20],
  ]);
  assert.equal(slowMachine?.ratio, 0.5);
});

test('a side without a figure has neither median nor ratio, and the first side may be such a side', () => {
  assert.deepEqual(
    compare([
      [undefined, undefined],
      [4, 6],
    ]),
    [
      { median: undefined, ratio: undefined, pairs: 0 },
      { median: 5, ratio: undefined, pairs: 0 },
    ],
  );
});

test('without a base there are medians and no ratios', () => {
  assert.deepEqual(compare([[3, 5]], []), [{ median: 4, ratio: undefined, pairs: 0 }]);
});

test('a round that one side did not measure gives no ratio', () => {
  const [, ours] = compare([
    [2, 2, 2],
    [4, undefined, 8],
  ]);
  assert.deepEqual(ours, { median: 6, ratio: 3, pairs: 2 });
});

test('the median of an even number of values lies between the two in the middle', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([]), undefined);
});

test('each side takes the first turn once in as many rounds as there are sides', () => {
  const first = [0, 1, 2].map((round) => turnsOf(round, 3)[0]);
  assert.deepEqual(first, [0, 1, 2]);
  for (const round of [0, 1, 2])
    assert.deepEqual(
      turnsOf(round, 3).toSorted((a, b) => a - b),
      [0, 1, 2],
    );
});
