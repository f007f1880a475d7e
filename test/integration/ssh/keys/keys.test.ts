import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { BuiltinConnection } from '../../../../src/core/ssh/builtin/builtinConnection.ts';
import { string, uint32 } from '../../../../src/core/ssh/keys/wire.ts';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { authorize, makeKey } from '../../../support/keys.ts';
import { connectTo, memoryLog, problemOf, script } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';

let sshd: Sshd;
before(async () => {
  sshd = await startSshd();
});
after(() => sshd.stop());

const PASSPHRASE = 'correct horse';
const TYPES = {
  ed25519: ['-t', 'ed25519'],
  'ecdsa 256': ['-t', 'ecdsa', '-b', '256'],
  'ecdsa 384': ['-t', 'ecdsa', '-b', '384'],
  'ecdsa 521': ['-t', 'ecdsa', '-b', '521'],
  rsa: ['-t', 'rsa', '-b', '2048'],
};
const FORMATS = { OpenSSH: [], PEM: ['-m', 'PEM'], PKCS8: ['-m', 'PKCS8'] };

let count = 0;
function newKey(...options: readonly string[]): string {
  const file = makeKey(sshd.folder, `key${count++}`, ...options);
  authorize(path.join(sshd.folder, 'authorized_keys'), file);
  return file;
}

async function logsInWith(keyFile: string, prompts = script()): Promise<void> {
  const connection = await connectTo(sshdConfig(sshd, { identityFiles: [keyFile] }), { prompts });
  assert.equal(connection.facts.authMethod, `publickey ${path.basename(keyFile)}`);
  await connection.close();
}

for (const [type, options] of Object.entries(TYPES)) {
  for (const [format, formatOptions] of Object.entries(FORMATS)) {
    if (type === 'ed25519' && format !== 'OpenSSH') continue; // ssh-keygen writes ed25519 keys in this format only
    void test(`a key of type ${type} in ${format} format logs in without a question`, () =>
      logsInWith(newKey(...options, ...formatOptions)));

    void test(`an encrypted key of type ${type} in ${format} format asks for its passphrase once`, async () => {
      const prompts = script({ secret: () => PASSPHRASE });
      const keyFile = newKey(...options, ...formatOptions, '-N', PASSPHRASE);
      await logsInWith(keyFile, prompts);
      assert.deepEqual(prompts.secrets, [{ kind: 'passphrase', host: 'devbox', keyFile, attempt: 1 }]);
    });
  }
}

const { stdout: ciphers } = spawnSync('ssh', ['-Q', 'cipher'], { encoding: 'utf8', timeout: 10_000 });
for (const cipher of ciphers.trim().split('\n')) {
  for (const type of ['ed25519', 'ecdsa 521', 'rsa'] as const) {
    void test(`a key of type ${type} that is encrypted with ${cipher} logs in, with the right passphrase alone`, async () => {
      const keyFile = newKey(...TYPES[type], '-Z', cipher, '-N', PASSPHRASE, '-a', '4');
      const prompts = script({
        secret: (question) => ('attempt' in question && question.attempt === 1 ? 'wrong' : PASSPHRASE),
      });
      await logsInWith(keyFile, prompts);
      assert.equal(prompts.secrets.length, 2);
    });
  }
}

/** Ciphers of the older format that openssl(1) writes. */
for (const cipher of ['aes128', 'aes256', 'des3']) {
  void test(`a PEM key that openssl encrypted with ${cipher} logs in`, async () => {
    const keyFile = newKey('-t', 'rsa', '-b', '2048', '-m', 'PEM');
    const options = [
      'rsa',
      '-traditional',
      '-in',
      keyFile,
      '-out',
      keyFile,
      `-${cipher}`,
      '-passout',
      `pass:${PASSPHRASE}`,
    ];
    execFileSync('openssl', options, { stdio: 'pipe' });
    assert.match(fs.readFileSync(keyFile, 'utf8'), /Proc-Type: 4,ENCRYPTED/u);
    await logsInWith(keyFile, script({ secret: () => PASSPHRASE }));
  });
}

void test('text after an OpenSSH key in its file is ignored', async () => {
  const keyFile = newKey('-t', 'ed25519');
  fs.appendFileSync(keyFile, '\nmy key since the spring\n');
  await logsInWith(keyFile);
});

void test('an ed25519 key in PKCS8 format, as openssl writes it, logs in', async () => {
  const keyFile = newKey('-t', 'ed25519');
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', keyFile], { stdio: 'pipe' });
  const der = execFileSync('openssl', ['pkey', '-in', keyFile, '-pubout', '-outform', 'DER'], { stdio: 'pipe' });
  const raw = der.subarray(-32);
  const blob = Buffer.concat([Buffer.from('0000000b7373682d6564323535313900000020', 'hex'), raw]);
  fs.writeFileSync(`${keyFile}.pub`, `ssh-ed25519 ${blob.toString('base64')}\n`);
  authorize(path.join(sshd.folder, 'authorized_keys'), keyFile);
  fs.rmSync(`${keyFile}.pub`);
  await logsInWith(keyFile);
});

void test('the passphrase of an encrypted PEM key without its public half is asked for before the key is offered', async () => {
  const keyFile = newKey('-t', 'rsa', '-m', 'PEM', '-N', PASSPHRASE);
  fs.rmSync(`${keyFile}.pub`);
  await logsInWith(keyFile, script({ secret: () => PASSPHRASE }));
});

void test('PubkeyAcceptedAlgorithms excludes one key, and chooses the signature of another', async () => {
  const rsa = newKey('-t', 'rsa', '-b', '2048');
  const identityFiles = [sshd.keyFile, rsa];
  const narrow = sshdConfig(sshd, { identityFiles, pubkeyAcceptedAlgorithms: ['rsa-sha2-256'] });
  const connection = await connectTo(narrow);
  assert.equal(connection.facts.authMethod, `publickey ${path.basename(rsa)}`);
  await connection.close();
  const strict = await startSshd({ config: ['PubkeyAcceptedAlgorithms rsa-sha2-256'] });
  authorize(path.join(strict.folder, 'authorized_keys'), rsa);
  const there = (algorithm: string): Promise<BuiltinConnection> =>
    connectTo(sshdConfig(strict, { identityFiles: [rsa], pubkeyAcceptedAlgorithms: [algorithm] }));
  await (await there('rsa-sha2-256')).close();
  assert.equal((await problemOf(there('rsa-sha2-512'))).code, 'authFailed');
  await strict.stop();
});

void test('RequiredRSASize skips our shorter keys', async () => {
  const config = sshdConfig(sshd, { identityFiles: [newKey('-t', 'rsa', '-b', '2048')], requiredRsaSize: 2048 });
  await (await connectTo(config)).close();
  const problem = await problemOf(connectTo({ ...config, requiredRsaSize: 2049 }));
  assert.deepEqual('tried' in problem && problem.tried, ['keyboard-interactive']);
});

void test('a wrong passphrase is asked for again, up to NumberOfPasswordPrompts', async () => {
  const keyFile = newKey('-t', 'ed25519', '-N', PASSPHRASE);
  const second = script({
    secret: (question) => ('attempt' in question && question.attempt === 2 ? PASSPHRASE : 'no'),
  });
  await logsInWith(keyFile, second);
  const never = script({ secret: () => 'no' });
  const config = sshdConfig(sshd, { identityFiles: [keyFile], numberOfPasswordPrompts: 2 });
  const problem = await problemOf(connectTo(config, { prompts: never }));
  assert.equal(problem.code, 'authFailed');
  assert.equal(never.secrets.length, 2);
});

void test('the passphrase of a key that the server refuses is never asked for', async () => {
  const keyFile = makeKey(sshd.folder, 'stranger', '-N', PASSPHRASE);
  const config = sshdConfig(sshd, { identityFiles: [keyFile, sshd.keyFile] });
  const connection = await connectTo(config);
  assert.equal(connection.facts.authMethod, 'publickey id_ed25519');
  await connection.close();
});

void test('with BatchMode, a key that needs a passphrase is skipped', async () => {
  const keyFile = newKey('-t', 'ed25519', '-N', PASSPHRASE);
  const problem = await problemOf(connectTo(sshdConfig(sshd, { identityFiles: [keyFile], batchMode: true })));
  assert.equal(problem.code, 'authFailed');
});

void test('a private key that others may read is ignored, as ssh ignores it', async () => {
  const keyFile = newKey('-t', 'ed25519');
  fs.chmodSync(keyFile, 0o644);
  const problem = await problemOf(connectTo(sshdConfig(sshd, { identityFiles: [keyFile] })));
  assert.equal(problem.code, 'authFailed');
});

void test('unlocking a key does not block the main thread', async () => {
  const keyFile = newKey('-t', 'ed25519', '-N', PASSPHRASE, '-a', '64');
  let turns = 0;
  const prompts = script({
    secret: () => {
      turns = 0;
      return PASSPHRASE;
    },
  });
  const timer = setInterval(() => turns++, 1);
  await logsInWith(keyFile, prompts);
  clearInterval(timer);
  assert.ok(turns > 20, `the event loop turned ${turns} times`);
});

/** Keys that a file of a user may hold, and that SSH has no use for. */
const ODD: Readonly<Record<string, () => KeyObject>> = {
  DSA: () => generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).privateKey,
  'RSA-PSS': () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey,
  'P-224': () => generateKeyPairSync('ec', { namedCurve: 'secp224r1' }).privateKey,
  secp256k1: () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
  Ed448: () => generateKeyPairSync('ed448').privateKey,
  X25519: () => generateKeyPairSync('x25519').privateKey,
};

/** Does the real ssh log in, with these key files alone? */
function sshLogsIn(...files: readonly string[]): boolean {
  const config = path.join(sshd.folder, 'odd_config');
  const text = fs.readFileSync(sshd.configFile, 'utf8').replace(/^ *IdentityFile .*\n/mu, '');
  fs.writeFileSync(config, `${text}${files.map((file) => `  IdentityFile ${file}\n`).join('')}`);
  return spawnSync('ssh', ['-F', config, '-o', 'BatchMode=yes', 'devbox', 'true'], { timeout: 20_000 }).status === 0;
}

for (const [type, generate] of Object.entries(ODD)) {
  for (const [how, encryption] of [
    ['plain', {}],
    ['encrypted', { cipher: 'aes-256-cbc', passphrase: PASSPHRASE }],
  ] as const) {
    void test(`a file with a ${how} key of type ${type} is skipped, and the next key logs in, as with ssh`, async () => {
      const file = path.join(sshd.folder, `odd${count++}`);
      fs.writeFileSync(file, generate().export({ type: 'pkcs8', format: 'pem', ...encryption }), { mode: 0o600 });
      assert.ok(sshLogsIn(file, sshd.keyFile));
      const log = memoryLog();
      const config = sshdConfig(sshd, { identityFiles: [file, sshd.keyFile] });
      const connection = await connectTo(config, { prompts: script({ secret: () => PASSPHRASE }), log });
      assert.equal(connection.facts.authMethod, 'publickey id_ed25519');
      assert.ok(log.lines.some((line) => line.includes(path.basename(file)) && line.includes('skipped')));
      await connection.close();
    });
  }
}

void test('a public key file that is cut off is skipped', async () => {
  const file = newKey('-t', 'rsa');
  fs.rmSync(file);
  fs.writeFileSync(`${file}.pub`, `ssh-rsa ${Buffer.concat([string('ssh-rsa'), uint32(7)]).toString('base64')}`);
  assert.ok(sshLogsIn(file, sshd.keyFile));
  const connection = await connectTo(sshdConfig(sshd, { identityFiles: [file, sshd.keyFile] }));
  await connection.close();
});
