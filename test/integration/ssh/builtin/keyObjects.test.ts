import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import ssh2, { type CipherAlgorithm, type ClientChannel } from 'ssh2';
import { SshClient } from '../../../../src/core/ssh/builtin/client.ts';
import { protocolOf, replacePacketKeys } from '../../../../src/core/ssh/builtin/internals.ts';
import { useKeyObjects } from '../../../../src/core/ssh/builtin/keyObjects.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';

let sshd: Sshd;
before(async () => {
  sshd = await startSshd({ config: ['Ciphers +aes256-cbc'] });
});
after(() => sshd.stop());

/** Each cipher, with the number of keys that both directions together pass to node:crypto for every packet. */
const ciphers: readonly (readonly [CipherAlgorithm, number])[] = [
  ['aes128-gcm@openssh.com', 2],
  ['aes256-gcm@openssh.com', 2],
  ['chacha20-poly1305@openssh.com', 4],
  ['aes128-ctr', 2],
  ['aes256-cbc', 2],
];

for (const [cipher, count] of ciphers) {
  void test(`with ${cipher}, all ${count} packet keys are KeyObjects, also after a rekey, and every byte arrives`, async () => {
    const signal = AbortSignal.timeout(20_000);
    const socket = net.connect(sshd.port, '127.0.0.1');
    const raw = new ssh2.Client();
    const privateKey = fs.readFileSync(sshd.keyFile);
    const login = { sock: socket, username: sshd.user, privateKey, hostVerifier: () => true };
    raw.connect({ ...login, algorithms: { cipher: [cipher] } });
    await once(raw, 'ready', { signal });
    const client = new SshClient(raw, socket);
    assert.equal(replacePacketKeys(raw), count, 'ssh2 changed: read internals.ts again');
    useKeyObjects(client);
    for (let rekeys = 0; rekeys < 3; rekeys++) {
      assert.equal(replacePacketKeys(raw), 0, 'a key is still a buffer');
      const channel = await client.request<ClientChannel>(
        (answer) => raw.exec('cat', answer),
        () => undefined,
        signal,
      );
      const sent = randomBytes(256 * 1024);
      const received = buffer(channel);
      channel.end(sent);
      assert.ok((await received).equals(sent));
      protocolOf(raw).rekey();
      await once(raw, 'handshake', { signal });
    }
    await client.close();
  });
}
