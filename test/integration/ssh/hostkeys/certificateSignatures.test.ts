import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { parseCertificate } from '../../../../src/core/ssh/keys/certificate.ts';
import { string, uint32 } from '../../../../src/core/ssh/keys/wire.ts';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { makeKey } from '../../../support/keys.ts';
import { knownHostsFile } from '../../../support/knownHosts.ts';
import { connectTo } from '../../../support/ssh.ts';
import { authority, certifyHost, folder, forHost, line, serve, useAuthorities } from './certifiedHost.ts';
import { opensshVerdict, ourVerdict } from './certificateVerdicts.ts';

useAuthorities();

const KEYS: Readonly<Record<string, readonly string[]>> = {
  ed25519: ['-t', 'ed25519'],
  'ecdsa-256': ['-t', 'ecdsa', '-b', '256'],
  'ecdsa-384': ['-t', 'ecdsa', '-b', '384'],
  'ecdsa-521': ['-t', 'ecdsa', '-b', '521'],
  rsa: ['-t', 'rsa', '-b', '2048'],
};
const SIGNED = Object.keys(KEYS).flatMap((name) =>
  name === 'rsa' ? ['rsa-sha2-256', 'rsa-sha2-512', 'ssh-rsa'] : [name],
);

for (const algorithm of SIGNED) {
  const expected = algorithm === 'ssh-rsa' ? 'unknown' : 'certificate';
  void test(`an authority that signs with ${algorithm}: ${expected}, as ssh says`, async (t) => {
    const name = `signs-${algorithm}`;
    makeKey(folder, name, ...(KEYS[algorithm] ?? KEYS['rsa'] ?? []));
    const options = [...forHost, ...(KEYS[algorithm] ? [] : ['-t', algorithm])];
    const sshd = await serve(t, certifyHost({ authority: name, options }));
    const config = sshdConfig(sshd, { userKnownHostsFiles: [knownHostsFile(authority('*', name))] });
    assert.equal((await opensshVerdict(config, sshd.keyFile)).verdict, expected);
    assert.equal((await ourVerdict(config)).verdict, expected);
    const allowed = { ...config, caSignatureAlgorithms: ['ssh-rsa', ...config.caSignatureAlgorithms] };
    assert.equal((await opensshVerdict(allowed, sshd.keyFile)).verdict, 'certificate');
    assert.equal((await ourVerdict(allowed)).verdict, 'certificate');
  });
}

void test('an authority on a security key is believed, as ssh says', async (t) => {
  const device = generateKeyPairSync('ed25519');
  const type = 'sk-ssh-ed25519@openssh.com';
  const x = Buffer.from(device.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const publicKey = Buffer.concat([string(type), string(x), string('ssh:')]);
  const usual = certifyHost({});
  const [certType = '', encoded = ''] = fs.readFileSync(usual, 'utf8').split(' ');
  const { signed, authority: signer } = parseCertificate(Buffer.from(encoded, 'base64')) ?? assert.fail();
  const body = Buffer.concat([signed.subarray(0, signed.length - string(signer).length), string(publicKey)]);
  const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
  const state = Buffer.concat([Buffer.of(1), uint32(7)]);
  const value = sign(null, Buffer.concat([sha256('ssh:'), state, sha256(body)]), device.privateKey);
  const signature = Buffer.concat([string(type), string(value), state]);
  const certificate = Buffer.concat([body, string(signature)]);
  fs.writeFileSync(usual, `${certType} ${certificate.toString('base64')}\n`);
  const sshd = await serve(t, usual);
  const known = knownHostsFile(`@cert-authority * ${type} ${publicKey.toString('base64')}`);
  const config = sshdConfig(sshd, { userKnownHostsFiles: [known] });
  assert.equal((await opensshVerdict(config, sshd.keyFile)).verdict, 'certificate');
  assert.equal((await ourVerdict(config)).verdict, 'certificate');
});

for (const [type, options] of Object.entries(KEYS)) {
  void test(`the certificate of a key of type ${type} is believed, as ssh says`, async (t) => {
    const key = `certified-${type}`;
    makeKey(folder, key, ...options);
    const sshd = await serve(t, certifyHost({ key }));
    const config = sshdConfig(sshd, { userKnownHostsFiles: [knownHostsFile(authority('*'))] });
    const names =
      type === 'rsa' ? ['rsa-sha2-256', 'rsa-sha2-512'].map((name) => `${name}-cert-v01@openssh.com`) : [undefined];
    for (const hostKeyAlgorithms of names) {
      const one = { ...config, ...(hostKeyAlgorithms !== undefined && { hostKeyAlgorithms }) };
      assert.equal((await opensshVerdict(one, sshd.keyFile)).verdict, 'certificate');
      const connection = await connectTo(one);
      assert.match(connection.facts.hostKey, /-cert-v01@openssh\.com$/);
      if (hostKeyAlgorithms !== undefined) assert.equal(connection.facts.hostKey, hostKeyAlgorithms);
      await connection.close();
    }
  });
}

const EXCHANGES = ['curve25519-sha256', 'ecdh-sha2-nistp256', 'diffie-hellman-group14-sha256'].concat(
  'diffie-hellman-group-exchange-sha256',
);
for (const kexAlgorithms of EXCHANGES) {
  void test(`a certificate is verified in the key exchange ${kexAlgorithms}, and again at a rekey`, async (t) => {
    const sshd = await serve(t, certifyHost({}), 'RekeyLimit 256K');
    const config = sshdConfig(sshd, { userKnownHostsFiles: [knownHostsFile(authority('*'))], kexAlgorithms });
    const connection = await connectTo(config);
    assert.equal(connection.facts.kex, kexAlgorithms);
    const channel = await connection.exec('head -c 2000000 /dev/zero', AbortSignal.timeout(20_000));
    let bytes = 0;
    for await (const chunk of channel.stdout) bytes += (chunk as Buffer).length;
    assert.equal(bytes, 2_000_000);
    assert.equal(connection.facts.hostKey, 'ssh-ed25519-cert-v01@openssh.com');
    await connection.close();
  });
}

/** A machine in the middle that replaces bytes of what the server sends before encryption begins. */
async function meddle(t: TestContext, port: number, from: Buffer, to: Buffer): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => client.destroy());
    }
    client.pipe(upstream);
    upstream.on('end', () => client.end());
    upstream.on('data', (chunk: Buffer) => {
      const at = chunk.indexOf(from);
      if (at >= 0) to.copy(chunk, at);
      client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function blobIn(certificate: string): Buffer {
  return Buffer.from(fs.readFileSync(certificate, 'utf8').split(' ')[1] ?? '', 'base64');
}

void test('a certificate with a wrong signature of its authority is refused, as ssh says', async (t) => {
  const certificate = certifyHost({});
  const sshd = await serve(t, certificate);
  const blob = blobIn(certificate);
  const forged = Buffer.from(blob);
  forged.writeUInt8((forged.at(-1) ?? 0) ^ 1, forged.length - 1);
  const port = await meddle(t, sshd.port, blob, forged);
  // A known plain key does not help either.
  const known = [knownHostsFile(authority('*'), `[127.0.0.1]:${port} ${line('host')}`)];
  const config = sshdConfig(sshd, { port, userKnownHostsFiles: known });
  assert.equal((await opensshVerdict(config, sshd.keyFile)).verdict, 'broken');
  // RACE: the server's signature of the key exchange is wrong as well, and either may be noticed first.
  assert.match(JSON.stringify(await ourVerdict(config)), /broken|badSignature/);
});

void test('a server that shows the certificate of another host cannot sign the key exchange', async (t) => {
  const certificate = certifyHost({});
  const sshd = await serve(t, certificate);
  const theirs = blobIn(certificate);
  makeKey(folder, 'victim', '-t', 'ed25519');
  const victims = blobIn(certifyHost({ key: 'victim' }));
  assert.equal(victims.length, theirs.length);
  const port = await meddle(t, sshd.port, theirs, victims);
  const config = sshdConfig(sshd, { port, userKnownHostsFiles: [knownHostsFile(authority('*'))] });
  assert.equal((await opensshVerdict(config, sshd.keyFile)).verdict, 'broken');
  assert.deepEqual(await ourVerdict(config), { verdict: 'broken' });
});
