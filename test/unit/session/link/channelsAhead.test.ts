import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { delay, never } from '../../../../src/base/delay.ts';
import type { Dial } from '../../../../src/core/forward/dial.ts';
import type { Problem } from '../../../../src/core/problem.ts';
import { aheadCount, ChannelsAhead } from '../../../../src/core/session/link/channelsAhead.ts';
import { until } from '../../../support/until.ts';

/** A server that returns its input in upper case, behind a slow dial. With `greeting` it speaks first. */
async function distant(t: TestContext, { mayOpen = true, greeting = '' } = {}) {
  const open = new Set<net.Socket>();
  let total = 0;
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    total++;
    open.add(socket);
    socket.on('error', () => undefined).once('close', () => open.delete(socket));
    if (greeting !== '') socket.write(greeting);
    socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase()));
    socket.on('end', () => socket.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  const dial: Dial = async (_, signal) => {
    await delay(20, signal);
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect', { signal });
    return socket;
  };
  const outcomes: (Problem | undefined)[] = [];
  const ahead = new ChannelsAhead({ dialer: () => dial, mayOpen: () => mayOpen });
  const to = { kind: 'tcp', host: '127.0.0.1', port } as const;
  const use = async (word: string): Promise<string> => {
    const stream = await ahead.dialer((problem) => outcomes.push(problem))(to, never);
    stream.write(word);
    const [answer] = (await once(stream, 'data')) as [Buffer];
    stream.destroy();
    return answer.toString();
  };
  return { ahead, use, open, outcomes, total: () => total };
}

test('nothing is opened ahead after a single dial, or where dials are fast', () => {
  assert.equal(aheadCount({ dialledAtMs: [1000], fastestMs: 50 }, 1000), 0);
  assert.equal(aheadCount({ dialledAtMs: [1000, 1001], fastestMs: 1 }, 1001), 0);
});

test('as many channels wait as were dialled lately, eight at most', () => {
  assert.equal(aheadCount({ dialledAtMs: [1000, 1001, 1002], fastestMs: 50 }, 1100), 3);
  assert.equal(aheadCount({ dialledAtMs: Array.from({ length: 20 }, () => 1000), fastestMs: 50 }, 1100), 8);
  assert.equal(aheadCount({ dialledAtMs: [1000, 1001, 9000], fastestMs: 50 }, 9000), 0);
});

test('the connections of a burst get channels that are open already, and each carries its own answer', async (t) => {
  const { use, total, open, outcomes } = await distant(t);
  await Promise.all([use('one'), use('two')]);
  await until('two channels ahead', () => total() === 4 && open.size === 2);
  assert.deepEqual(await Promise.all([use('three'), use('four')]), ['THREE', 'FOUR']);
  assert.equal(outcomes.length, 2); // for the ready channels; the dial itself reports the others
});

test('a dial waits for a channel that is still opening, and opens no second one in its place', async (t) => {
  const { use, total } = await distant(t);
  await Promise.all([use('one'), use('two')]);
  assert.deepEqual(await Promise.all([use('three'), use('four')]), ['THREE', 'FOUR']);
  await until('what the burst asked for', () => total() >= 6);
  assert.ok(total() <= 8, `${total()} connections`);
});

test('unused channels are closed after a moment', async (t) => {
  const { use, total, open } = await distant(t);
  await Promise.all([use('one'), use('two')]);
  await until('the channels ahead', () => total() === 4);
  await until('their end', () => open.size === 0);
});

test('a channel on which the program speaks first is not used', async (t) => {
  const { use, total, open } = await distant(t, { greeting: 'hello ' });
  await Promise.all([use('one'), use('two')]);
  await until('channels that were opened ahead and given up', () => total() >= 4 && open.size === 0);
  assert.match(await use('three'), /^hello /);
});

test('a program that must not get idle connections gets none', async (t) => {
  const { use, total } = await distant(t, { mayOpen: false });
  for (const word of ['one', 'two', 'three']) await use(word);
  assert.equal(total(), 3);
});

test('when another connection takes over, the channels of the old one are closed', async (t) => {
  const { ahead, use, open, total } = await distant(t);
  await Promise.all([use('one'), use('two')]);
  await until('the channels ahead', () => total() === 4);
  ahead.clear();
  await until('their end', () => open.size === 0);
  assert.equal(await use('three'), 'THREE');
});
