import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { Front } from '../../../src/core/front/front.ts';
import { fronted, testCertificates, usualTraits } from './fronted.ts';

/** The names in the certificate that a client gets for this name. */
async function namesFor(port: number, ca: string, servername: string): Promise<string> {
  const socket = tls.connect({ port, host: '127.0.0.1', ca, servername, checkServerIdentity: () => undefined });
  await once(socket, 'secureConnect');
  const { subjectaltname = '' } = socket.getPeerCertificate();
  socket.destroy();
  return subjectaltname;
}

test('SECURITY: a client gets a certificate for a name below localhost, and any other name changes nothing', async (t) => {
  const { port, ca } = await fronted(t, (_, response) => response.end());
  const usual = await namesFor(port, ca, 'localhost');
  assert.match(await namesFor(port, ca, 'app.localhost'), /DNS:app\.localhost/);
  for (const name of ['192.0.2.1', '2001:db8::1', 'example.org']) assert.equal(await namesFor(port, ca, name), usual);
});

test('SECURITY: new names of clients do not grow the cache of certificates without end', (t) => {
  const certificates = testCertificates(t);
  const first = certificates.credential('a0.localhost');
  assert.equal(certificates.credential('a0.localhost'), first);
  for (let nth = 1; nth <= 100; nth++) certificates.credential(`a${nth}.localhost`);
  assert.notEqual(certificates.credential('a0.localhost'), first);
});

test('without a certificate the client’s connection is closed, and the failure is thrown', async (t) => {
  const front = new Front({
    open: () => assert.fail('no request arrives'),
    traits: () => usualTraits,
    credential: () => {
      throw new Error('the folder is read-only');
    },
  });
  const listener = net.createServer({ pauseOnConnect: true });
  t.after(() => listener.close());
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const client = net.connect((listener.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(listener, 'connection')) as [net.Socket];
  client.resume();
  const closed = once(client, 'close');
  await assert.rejects(front.serve(socket, new AbortController().signal), { message: 'the folder is read-only' });
  await closed;
  assert.equal(front.traffic().http1, 0);
});
