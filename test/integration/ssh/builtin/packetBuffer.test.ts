import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { test, type TestContext } from 'node:test';
import ssh2, { type CipherAlgorithm, type ClientChannel } from 'ssh2';
import { cipherOf, protocolOf } from '../../../../src/core/ssh/builtin/internals.ts';
import { SshClient } from '../../../../src/core/ssh/builtin/client.ts';
import { reusePacketBuffer } from '../../../../src/core/ssh/builtin/packetBuffer.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';

for (const [cipher, isOurs] of [
  ['aes128-gcm@openssh.com', true],
  ['aes256-gcm@openssh.com', true],
  ['aes128-ctr', false],
] as const) {
  void test(`with ${cipher}, ${isOurs ? 'our buffer holds' : 'ssh2 allocates'} each packet, also after a rekey`, async (t) => {
    const sshd = await server(t);
    const client = await logIn(sshd, net.connect(sshd.port, '127.0.0.1'), cipher);
    const signal = AbortSignal.timeout(10_000);
    for (let keys = 0; keys < 3; keys++) {
      const { byteOffset } = cipherOf(client.ssh2).allocPacket(1);
      assert.equal(cipherOf(client.ssh2).allocPacket(1).byteOffset === byteOffset, isOurs);
      assert.ok((await client.ping(signal)) > 0);
      protocolOf(client.ssh2).rekey();
      await once(client.ssh2, 'handshake', { signal });
    }
    await client.close();
  });
}

void test('a client that connects through another client does not corrupt its packets', async (t) => {
  const sshd = await server(t);
  const signal = AbortSignal.timeout(10_000);
  const outer = await logIn(sshd, net.connect(sshd.port, '127.0.0.1'), 'aes128-gcm@openssh.com');
  const channel = await outer.request<ClientChannel>(
    (answer) => outer.ssh2.forwardOut('127.0.0.1', 0, '127.0.0.1', sshd.port, answer),
    () => undefined,
    signal,
  );
  const inner = await logIn(sshd, outer.streamOf(channel), 'aes128-gcm@openssh.com');
  for (let pings = 0; pings < 10; pings++) assert.ok((await inner.ping(signal)) > 0);
  await inner.close();
  await outer.close();
});

async function server(t: TestContext): Promise<Sshd> {
  const sshd = await startSshd();
  t.after(() => sshd.stop());
  return sshd;
}

async function logIn(sshd: Sshd, sock: Duplex, cipher: CipherAlgorithm): Promise<SshClient> {
  const raw = new ssh2.Client();
  const privateKey = fs.readFileSync(sshd.keyFile);
  raw.connect({ sock, username: sshd.user, privateKey, algorithms: { cipher: [cipher] }, hostVerifier: () => true });
  await once(raw, 'ready');
  const client = new SshClient(raw, sock);
  reusePacketBuffer(client);
  return client;
}
