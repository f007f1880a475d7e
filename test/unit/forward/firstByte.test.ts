import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { firstByte } from '../../../src/core/forward/firstByte.ts';

async function pair(t: TestContext): Promise<{ readonly client: net.Socket; readonly accepted: net.Socket }> {
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [net.Socket];
  accepted.on('error', () => undefined);
  t.after(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  return { client, accepted };
}

test('a ClientHello is told from a request, and no byte is lost', async (t) => {
  for (const [bytes, kind] of [
    [Buffer.from([0x16, 3, 1]), 'tls'],
    [Buffer.from('GET'), 'other'],
  ] as const) {
    const { client, accepted } = await pair(t);
    client.write(bytes);
    assert.equal(await firstByte(accepted, never), kind);
    const read = once(accepted, 'data');
    accepted.resume();
    assert.deepEqual(await read, [bytes]);
  }
});

test('a client that leaves without a word, and an abort, close the socket', async (t) => {
  const { client, accepted } = await pair(t);
  client.end();
  assert.equal(await firstByte(accepted, never), 'nothing');
  assert.ok(accepted.destroyed);
  const other = await pair(t);
  const ending = new AbortController();
  const first = firstByte(other.accepted, ending.signal);
  ending.abort();
  assert.equal(await first, 'nothing');
  assert.ok(other.accepted.destroyed);
});
