import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import ssh2, { type CipherAlgorithm } from 'ssh2';
import { cipherOf, protocolOf } from '../../../src/core/ssh/internals.ts';
import { Link } from '../../../src/core/ssh/link.ts';
import { allocPacket, padFromStock } from '../../../src/core/ssh/padding.ts';
import { startSshd } from '../../support/sshd.ts';

for (const [cipher, isOurs] of [
  ['aes128-gcm@openssh.com', true],
  ['aes256-gcm@openssh.com', true],
  ['aes128-ctr', false],
] as const) {
  void test(`${isOurs ? 'our' : "ssh2's"} padding with ${cipher}, also after new keys, and the server takes it`, async (t) => {
    const sshd = await startSshd();
    t.after(() => sshd.stop());
    const { client, link } = await logIn(sshd.port, sshd.user, sshd.keyFile, cipher);
    padFromStock(link);
    const signal = AbortSignal.timeout(10_000);
    for (let keys = 0; keys < 3; keys++) {
      assert.equal(cipherOf(client).allocPacket === allocPacket, isOurs);
      assert.ok((await link.ping(signal)) > 0);
      protocolOf(client).rekey();
      await once(client, 'handshake', { signal });
    }
    await link.close();
  });
}

async function logIn(
  port: number,
  username: string,
  keyFile: string,
  cipher: CipherAlgorithm,
): Promise<{ readonly client: ssh2.Client; readonly link: Link }> {
  const client = new ssh2.Client();
  const sock = net.connect(port, '127.0.0.1');
  const privateKey = fs.readFileSync(keyFile);
  client.connect({ sock, username, privateKey, algorithms: { cipher: [cipher] }, hostVerifier: () => true });
  await once(client, 'ready');
  return { client, link: new Link(client, sock) };
}
