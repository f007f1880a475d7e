import assert from 'node:assert/strict';
import test from 'node:test';
import { type NetworkEvent, realSenses, watchNetwork } from '../../../src/core/session/networkEvents.ts';

/** Looks as often as there are steps, each with its time since the last and its addresses. */
async function feel(steps: readonly (readonly [ms: number, ...addresses: string[]])[]): Promise<NetworkEvent[]> {
  const told: NetworkEvent[] = [];
  const stop = new AbortController();
  let step = 0;
  let now = 0;
  await watchNetwork(
    (what) => told.push(what),
    {
      now: () => now,
      addresses: () => steps[step]?.slice(1).map(String) ?? [],
      delay: async () => {
        step++;
        const next = steps[step];
        if (next) now += next[0];
        else stop.abort();
      },
    },
    stop.signal,
  );
  return told;
}

void test('a quiet machine disturbs nobody', async () => {
  assert.deepEqual(
    await feel([
      [0, 'a'],
      [3000, 'a'],
      [3100, 'a'],
      [4500, 'a'],
    ]),
    [],
  );
});

void test('a timer that is much too late means that the machine slept', async () => {
  assert.deepEqual(
    await feel([
      [0, 'a'],
      [3000, 'a'],
      [3_600_000, 'a'],
      [3000, 'a'],
    ]),
    ['slept'],
  );
});

void test('an address that comes or goes is another network', async () => {
  assert.deepEqual(await feel([[0, 'a'], [3000], [3000, 'b'], [3000, 'b'], [3000, 'b', 'c']]), [
    'network',
    'network',
    'network',
  ]);
});

void test('waking up in another network is one disturbance', async () => {
  assert.deepEqual(
    await feel([
      [0, 'a'],
      [3_600_000, 'b'],
      [3000, 'b'],
    ]),
    ['slept'],
  );
});

void test('a clock that is set back disturbs nobody', async () => {
  assert.deepEqual(
    await feel([
      [0, 'a'],
      [-3_600_000, 'a'],
      [3000, 'a'],
    ]),
    [],
  );
});

void test('the addresses of a real machine are the same when asked twice', () => {
  assert.deepEqual(realSenses.addresses(), realSenses.addresses());
});
