import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { string, uint32 } from '../../../../src/core/ssh/keys/wire.ts';
import { startAgent } from '../../../support/agent.ts';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { authorize, certify, makeKey } from '../../../support/keys.ts';
import { type ScriptedKey, startScriptedAgent } from '../../../support/scriptedAgent.ts';
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
    fresh.add(file); // adds the certificate beside the key, too
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

void test('a certificate in the place of KEY.pub is offered, where the key alone may not log in', async () => {
  const file = key();
  fs.renameSync(certify(authority, file, sshd.user), `${file}.pub`);
  const connection = await connectTo(sshdConfig(sshd, { identityFiles: [file] }));
  assert.match(sshd.log(), /Accepted publickey .*-CERT/u);
  await connection.close();
});

/** A certificate with a name unlike its key's, as from `vault`. The key alone may not log in. */
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
  const socketPath = path.join(sshd.folder, 'device.sock');
  const stop = await startScriptedAgent(socketPath, [{ blob, comment: 'token', sign: device }]);
  const line = `sk-ssh-ed25519@openssh.com ${blob.toString('base64')} token\n`;
  fs.appendFileSync(path.join(sshd.folder, 'authorized_keys'), line);
  const connection = await connectTo(sshdConfig(sshd, { identityFiles: [], identityAgent: socketPath }));
  assert.equal(connection.facts.authMethod, 'publickey token');
  await connection.close();
  stop();
});

/** A public key of a type that no server takes any more; MaxAuthTries is 3. */
function dsaKeys(length: number): readonly ScriptedKey[] {
  return Array.from({ length }, (_, index) => ({
    blob: Buffer.concat(['ssh-dss', 'p', 'q', 'g', 'y'].map((part) => string(`${part}${index}`))),
    comment: `old ${index}`,
    sign: () => Buffer.alloc(0),
  }));
}

/** An RSA key file that logs in, and its public half. */
function rsaKey(): { readonly file: string; readonly blob: Buffer } {
  const file = authorized('-t', 'rsa', '-m', 'PEM');
  return { file, blob: Buffer.from(fs.readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? '', 'base64') };
}

/** Does the real ssh log in with this agent alone? */
async function sshLogsIn(socketPath: string): Promise<boolean> {
  const all = [`IdentityAgent=${socketPath}`, 'IdentityFile=none', 'IdentitiesOnly=no', 'BatchMode=yes'];
  const flags = all.flatMap((option) => ['-o', option]);
  const child = spawn('ssh', ['-F', sshd.configFile, ...flags, 'devbox', 'true'], { stdio: 'ignore', timeout: 20_000 });
  const [status] = (await once(child, 'close')) as [number | null];
  return status === 0;
}

void test('keys of an agent that PubkeyAcceptedAlgorithms leaves out by default use up no attempt', async (t) => {
  const { file, blob } = rsaKey();
  const good: ScriptedKey = {
    blob,
    comment: 'good',
    sign: (data) => Buffer.concat([string('rsa-sha2-512'), string(sign('sha512', data, fs.readFileSync(file)))]),
  };
  const socketPath = path.join(sshd.folder, 'dsa.sock');
  t.after(await startScriptedAgent(socketPath, [...dsaKeys(4), good]));
  assert.ok(await sshLogsIn(socketPath));
  const log = memoryLog();
  const config = sshdConfig(sshd, { identityFiles: [], identityAgent: socketPath });
  const connection = await connectTo(config, { log });
  assert.equal(connection.facts.authMethod, 'publickey good');
  assert.ok(log.lines.some((line) => line.includes('old 0 skipped')));
  await connection.close();
});

void test('an agent that signs with SHA-1 whatever it is asked logs in where the configuration allows it, as with ssh', async (t) => {
  const old = await startSshd({ config: ['PubkeyAcceptedAlgorithms +ssh-rsa'] });
  t.after(() => old.stop());
  const { file, blob } = rsaKey();
  authorize(path.join(old.folder, 'authorized_keys'), file);
  const flagsSeen: number[] = [];
  const sha1: ScriptedKey = {
    blob,
    comment: 'old',
    sign: (data, flags) => {
      flagsSeen.push(flags);
      return Buffer.concat([string('ssh-rsa'), string(sign('sha1', data, fs.readFileSync(file)))]);
    },
  };
  const socketPath = path.join(sshd.folder, 'sha1.sock');
  t.after(await startScriptedAgent(socketPath, [sha1]));
  const config = sshdConfig(old, { identityFiles: [], identityAgent: socketPath });
  assert.equal((await problemOf(connectTo(config))).code, 'authFailed');
  assert.deepEqual(flagsSeen, [4], 'the wrong signature is not sent, and SHA-1 is not asked for');
  const pubkeyAcceptedAlgorithms = [...config.pubkeyAcceptedAlgorithms, 'ssh-rsa'];
  const connection = await connectTo({ ...config, pubkeyAcceptedAlgorithms });
  assert.equal(connection.facts.authMethod, 'publickey old');
  assert.deepEqual(flagsSeen, [4, 4, 0]);
  await connection.close();
});
