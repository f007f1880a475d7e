import assert from 'node:assert/strict';
import test from 'node:test';
import { type NetworkEvent, realSenses, watchNetwork } from '../../../../src/core/session/link/networkEvents.ts';

/** Checks once per step; each step names the time since the last one, and the addresses. */
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

void test('without a change there is no event', async () => {
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

void test('an address that comes or goes is a change of network', async () => {
  assert.deepEqual(await feel([[0, 'a'], [3000], [3000, 'b'], [3000, 'b'], [3000, 'b', 'c']]), [
    'network',
    'network',
    'network',
  ]);
});

void test('waking up in another network is one event', async () => {
  assert.deepEqual(
    await feel([
      [0, 'a'],
      [3_600_000, 'b'],
      [3000, 'b'],
    ]),
    ['slept'],
  );
});

void test('a clock that is set back causes no event', async () => {
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
