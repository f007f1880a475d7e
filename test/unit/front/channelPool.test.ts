import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { ChannelPool } from '../../../src/core/front/channelPool.ts';

function poolOf(maxChannels: number): ChannelPool {
  const open = (): Promise<Duplex> => Promise.resolve(new Duplex({ read: () => undefined }));
  return new ChannelPool(open, () => ({ isTls: false, maxChannels }));
}

test(
  'when idle channels fill the pool, one closes for a request that needs a new channel',
  { timeout: 5000 },
  async () => {
    const pool = poolOf(1);
    const { signal } = new AbortController();
    const first = await pool.acquire('any', signal);
    first.release('timeout=60');
    const fresh = await pool.acquire('fresh', signal);
    assert.equal(fresh.isUsed, false);
    assert.ok(first.channel.destroyed);
    pool.close();
  },
);

test('a request that needs a new channel gets no released one', { timeout: 5000 }, async () => {
  const pool = poolOf(1);
  const { signal } = new AbortController();
  const first = await pool.acquire('any', signal);
  const waiting = pool.acquire('fresh', signal);
  first.release('timeout=60');
  const fresh = await waiting;
  assert.equal(fresh.isUsed, false);
  pool.close();
});
