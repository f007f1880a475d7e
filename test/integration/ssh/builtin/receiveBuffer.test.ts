import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import ssh2, { type CipherAlgorithm, type ClientChannel } from 'ssh2';
import { copyReceived } from '../../../../src/core/ssh/builtin/received.ts';
import { startSshd } from '../../../support/sshd.ts';

const ciphers = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'chacha20-poly1305@openssh.com'];

for (const cipher of ciphers as CipherAlgorithm[]) {
  void test(`with ${cipher}, data read into one small reused buffer arrives intact`, async (t) => {
    const sshd = await startSshd();
    t.after(() => sshd.stop());
    const sock = connectThrough(Buffer.alloc(101), sshd.port);
    const client = new ssh2.Client();
    const privateKey = fs.readFileSync(sshd.keyFile);
    client.connect({
      sock,
      username: sshd.user,
      privateKey,
      algorithms: { cipher: [cipher] },
      hostVerifier: () => true,
    });
    copyReceived(client);
    await once(client, 'ready', { signal: AbortSignal.timeout(10_000) });
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      client.exec('cat', (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    const sent = randomBytes(512 * 1024);
    const received = buffer(channel);
    for (let start = 0; start < sent.length; start += 64) channel.write(sent.subarray(start, start + 64));
    channel.end();
    assert.ok((await received).equals(sent));
    client.end();
  });
}

/** A socket that reads everything into the given memory. */
function connectThrough(memory: Buffer, port: number): net.Socket {
  const sock: net.Socket = net.connect({
    host: '127.0.0.1',
    port,
    onread: { buffer: memory, callback: (bytes) => sock.emit('data', memory.subarray(0, bytes)) },
  });
  return sock;
}
