import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { string, uint32, WireReader } from '../../../../src/core/ssh/keys/wire.ts';
import { startAgent } from '../../../support/agent.ts';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { authorize, certify, makeKey } from '../../../support/keys.ts';
import { connectTo, memoryLog, problemOf } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';

let sshd: Sshd;
let authority: string;
before(async () => {
  authority = makeKey(fs.mkdtempSync(path.join(os.tmpdir(), 'authority-')), 'authority');
  sshd = await startSshd({ config: [`TrustedUserCAKeys ${authority}.pub`, 'MaxAuthTries 3'] });
});
after(async () => {
  await sshd.stop();
  fs.rmSync(path.dirname(authority), { recursive: true });
});

let count = 0;
const key = (...options: readonly string[]): string => makeKey(sshd.folder, `agent${count++}`, ...options);
const authorized = (...options: readonly string[]): string => {
  const file = key(...options);
  authorize(path.join(sshd.folder, 'authorized_keys'), file);
  return file;
};

for (const type of ['ed25519', 'ecdsa', 'rsa']) {
  void test(`a key of type ${type} that only the agent holds logs in`, async () => {
    const fresh = await startAgent();
    const file = authorized('-t', type);
    fresh.add(file);
    fs.rmSync(file);
    const connection = await connectTo(sshdConfig(sshd, { identityFiles: [], identityAgent: fresh.socket }));
    assert.equal(connection.facts.authMethod, `publickey ${path.basename(file)}`);
    await connection.close();
    await fresh.stop();
  });

  void test(`a certificate of type ${type} that the agent holds logs in where the key alone may not`, async () => {
    const fresh = await startAgent();
    const file = key('-t', type);
    certify(authority, file, sshd.user);
    fresh.add(file); // adds the certificate beside it too
    fs.rmSync(file);
    const connection = await connectTo(sshdConfig(sshd, { identityFiles: [], identityAgent: fresh.socket }));
    assert.match(sshd.log(), /Accepted publickey .*-CERT/);
    await connection.close();
    await fresh.stop();
  });

  void test(`a certificate of type ${type} beside its key file logs in`, async () => {
    const file = key('-t', type);
    certify(authority, file, sshd.user);
    const connection = await connectTo(sshdConfig(sshd, { identityFiles: [file] }));
    assert.equal(connection.facts.authMethod, `publickey ${path.basename(file)} (certificate)`);
    await connection.close();
  });
}

void test('a certificate named by CertificateFile is used with its key', async () => {
  const file = key();
  const elsewhere = path.join(sshd.folder, 'elsewhere-cert.pub');
  fs.renameSync(certify(authority, file, sshd.user), elsewhere);
  const connection = await connectTo(sshdConfig(sshd, { identityFiles: [file], certificateFiles: [elsewhere] }));
  assert.equal(connection.facts.authMethod, `publickey ${path.basename(file)} (certificate)`);
  await connection.close();
});

/** A certificate whose name says nothing of its key, as `vault` and others hand it out, where the key alone may not log in. */
function signed(): { readonly file: string; readonly certificate: string } {
  const file = key('-t', 'rsa');
  const certificate = `${file}_signed.pub`;
  fs.renameSync(certify(authority, file, sshd.user), certificate);
  return { file, certificate };
}

for (const [where, order] of [
  ['before', ({ file, certificate }: ReturnType<typeof signed>) => [certificate, file]],
  ['after', ({ file, certificate }: ReturnType<typeof signed>) => [file, certificate]],
] as const) {
  void test(`a certificate that IdentityFile names ${where} its key is used with it`, async () => {
    const pair = signed();
    const connection = await connectTo(sshdConfig(sshd, { identityFiles: order(pair) }));
    assert.equal(connection.facts.authMethod, `publickey ${path.basename(pair.file)} (certificate)`);
    await connection.close();
  });
}

void test("a named certificate is used with the agent's key, whichever certificate lies beside the key file", async () => {
  const fresh = await startAgent();
  const { file, certificate } = signed();
  fresh.add(file);
  fs.rmSync(file); // its .pub file stays
  const config = { identityAgent: fresh.socket, identitiesOnly: true };
  for (const files of [
    { identityFiles: [certificate] },
    { identityFiles: [`${file}.pub`, certificate] },
    { identityFiles: [`${file}.pub`], certificateFiles: [certificate] },
  ]) {
    const connection = await connectTo(sshdConfig(sshd, { ...config, ...files }));
    assert.match(connection.facts.authMethod, /\(certificate\)$/);
    await connection.close();
  }
  await fresh.stop();
});

void test('no passphrase is asked for an encrypted key that the agent holds, although a certificate lies beside it', async () => {
  const fresh = await startAgent();
  const file = key('-N', 'secret', '-a', '4');
  const open = key();
  fs.copyFileSync(file, open);
  execFileSync('ssh-keygen', ['-q', '-p', '-P', 'secret', '-N', '', '-f', open]);
  fresh.add(open);
  certify(authority, file, sshd.user);
  const connection = await connectTo(sshdConfig(sshd, { identityFiles: [file], identityAgent: fresh.socket }));
  assert.match(connection.facts.authMethod, /\(certificate\)$/);
  await connection.close();
  await fresh.stop();
});

void test('a key that the agent limits to some hosts (ssh-add -h) logs in to these hosts only', async () => {
  const fresh = await startAgent();
  const [here, elsewhere] = [authorized(), authorized()];
  fresh.add(here, '-H', sshd.knownHostsFile, '-h', `[127.0.0.1]:${sshd.port}`);
  const other = path.join(sshd.folder, 'other_hosts');
  fs.writeFileSync(other, `elsewhere ${fs.readFileSync(`${elsewhere}.pub`, 'utf8')}`);
  fresh.add(elsewhere, '-H', other, '-h', 'elsewhere');
  const log = memoryLog();
  const config = sshdConfig(sshd, { identityFiles: [], identityAgent: fresh.socket });
  const connection = await connectTo(config, { log });
  assert.equal(connection.facts.authMethod, `publickey ${path.basename(here)}`);
  await connection.close();
  assert.ok(!log.lines.some((line) => line.includes(`offering ${path.basename(elsewhere)}`)), log.lines.join('\n'));
  await fresh.stop();
});

void test("IdentitiesOnly skips the agent's other keys, so that they do not use up the attempts", async () => {
  const fresh = await startAgent();
  for (let stranger = 0; stranger < 4; stranger++) fresh.add(key());
  const file = authorized();
  const config = sshdConfig(sshd, { identityFiles: [file], identityAgent: fresh.socket });
  const tooMany = await problemOf(connectTo(config));
  assert.equal(tooMany.code, 'authFailed');
  const connection = await connectTo({ ...config, identitiesOnly: true });
  assert.equal(connection.facts.authMethod, `publickey ${path.basename(file)}`);
  await connection.close();
  await fresh.stop();
});

void test('a configured key that the agent holds comes before its other keys, and is not read from the file', async () => {
  const fresh = await startAgent();
  for (let stranger = 0; stranger < 4; stranger++) fresh.add(key());
  const file = authorized();
  fresh.add(file);
  fs.writeFileSync(file, 'not a key any more'); // the .pub file beside it still identifies the key
  const connection = await connectTo(sshdConfig(sshd, { identityFiles: [file], identityAgent: fresh.socket }));
  assert.equal(connection.facts.authMethod, `publickey ${path.basename(file)}`);
  await connection.close();
  await fresh.stop();
});

void test('a missing agent is logged, and the key files still log in', async () => {
  const log = memoryLog();
  const connection = await connectTo(sshdConfig(sshd, { identityAgent: '/nonexistent/agent' }), { log });
  assert.equal(connection.facts.authMethod, 'publickey id_ed25519');
  assert.ok(log.lines.some((line) => line.includes('no keys from the agent')));
  await connection.close();
});

void test('a security key (sk-ssh-ed25519) behind an agent logs in', async () => {
  // The test signs in place of a device, as PROTOCOL.u2f specifies. sshd verifies the signature as usual.
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const application = 'ssh:';
  const blob = Buffer.concat([string('sk-ssh-ed25519@openssh.com'), string(raw), string(application)]);
  const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest();
  const device = (data: Buffer): Buffer => {
    const touched = Buffer.concat([Buffer.of(1), uint32(7)]);
    const signature = sign(null, Buffer.concat([sha256(application), touched, sha256(data)]), privateKey);
    return Buffer.concat([string('sk-ssh-ed25519@openssh.com'), string(signature), touched]);
  };
  const server = net.createServer((socket) => {
    socket.on('data', (bytes: Buffer) => {
      const request = new WireReader(new WireReader(bytes).string());
      const isList = request.byte() === 11;
      const answer = isList
        ? Buffer.concat([Buffer.of(12), uint32(1), string(blob), string('token')])
        : Buffer.concat([Buffer.of(14), string(device((request.string(), request.string())))]);
      socket.write(string(answer));
    });
  });
  const socketPath = path.join(sshd.folder, 'device.sock');
  server.listen(socketPath);
  await once(server, 'listening');
  const line = `sk-ssh-ed25519@openssh.com ${blob.toString('base64')} token\n`;
  fs.appendFileSync(path.join(sshd.folder, 'authorized_keys'), line);
  const connection = await connectTo(sshdConfig(sshd, { identityFiles: [], identityAgent: socketPath }));
  assert.equal(connection.facts.authMethod, 'publickey token');
  await connection.close();
  server.close();
});
