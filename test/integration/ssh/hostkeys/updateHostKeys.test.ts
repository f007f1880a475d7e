/* oxlint-disable no-underscore-dangle -- names of ssh2 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import { publicBlob } from '../../../../src/core/ssh/keys/keys.ts';
import { hashedName, parseKnownHosts } from '../../../../src/core/ssh/hostkeys/knownHosts.ts';
import { string } from '../../../../src/core/ssh/keys/wire.ts';
import { hostConfig, sshdConfig } from '../../../support/hostConfig.ts';
import { makeKey } from '../../../support/keys.ts';
import { knownHostsFile } from '../../../support/knownHosts.ts';
import { startServer } from '../../../support/scriptedServer.ts';
import { connectTo, memoryLog, script } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';
import { until } from '../../../support/until.ts';

const ALL = ['ecdsa-sha2-nistp256', 'ssh-ed25519', 'ssh-rsa'];
let sshd: Sshd;
let name: string;
const publicKey = (base: string): string =>
  fs
    .readFileSync(path.join(sshd.folder, `${base}.pub`), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
before(async () => {
  sshd = await startSshd();
  makeKey(sshd.folder, 'host_ecdsa', '-t', 'ecdsa');
  makeKey(sshd.folder, 'host_rsa', '-t', 'rsa', '-b', '2048');
  for (const base of ['host_ecdsa', 'host_rsa']) {
    fs.appendFileSync(path.join(sshd.folder, 'sshd_config'), `HostKey ${path.join(sshd.folder, base)}\n`);
  }
  await sshd.restart();
  name = `[127.0.0.1]:${sshd.port}`;
});
after(() => sshd.stop());

/** A file that knows the server by its ed25519 key. */
const known = (...more: readonly string[]): string => knownHostsFile(`${name} ${publicKey('host_ed25519')}`, ...more);
const config = (file: string, changes: Partial<HostConfig> = {}): HostConfig =>
  sshdConfig(sshd, { userKnownHostsFiles: [file], updateHostKeys: 'yes', ...changes });
const typesIn = (file: string): readonly string[] =>
  parseKnownHosts(file, fs.readFileSync(file, 'utf8'))
    .map(({ keyType }) => keyType)
    .toSorted();

let count = 0;
/** A key that the server had in the past. */
const goneKey = (): string => makeKey(sshd.folder, `gone${count++}`, '-t', 'ecdsa');

/** Does ssh(1) trust the server's key of this type with this file? */
function sshTrusts(file: string, algorithm: string): boolean {
  const options = [
    `User=${sshd.user}`,
    `Port=${sshd.port}`,
    `IdentityFile=${sshd.keyFile}`,
    `UserKnownHostsFile=${file}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
    'UpdateHostKeys=no',
    `HostKeyAlgorithms=${algorithm}`,
  ];
  const args = ['-F', '/dev/null', ...options.flatMap((option) => ['-o', option]), '127.0.0.1', 'true'];
  return spawnSync('ssh', args, { timeout: 10_000 }).status === 0;
}

/** A copy of the file after ssh(1) has connected with it. */
function afterSsh(file: string): string {
  const copy = `${file}.ssh`;
  fs.copyFileSync(file, copy);
  const options = [`User=${sshd.user}`, `Port=${sshd.port}`, `IdentityFile=${sshd.keyFile}`].concat([
    `UserKnownHostsFile=${copy}`,
    'GlobalKnownHostsFile=/dev/null',
    'UpdateHostKeys=yes',
    'BatchMode=yes',
  ]);
  const args = ['-F', '/dev/null', ...options.flatMap((option) => ['-o', option]), '127.0.0.1', 'true'];
  assert.equal(spawnSync('ssh', args, { timeout: 10_000 }).status, 0);
  return fs.readFileSync(copy, 'utf8');
}

/** Connects, and waits until the server's keys are processed. */
async function connectOnce(to: HostConfig, prompts = script()): Promise<void> {
  const log = memoryLog();
  const connection = await connectTo(to, { prompts, log });
  // The server answers in order, so after this answer its proof has arrived. Writing the file takes another moment.
  await connection.ping(AbortSignal.timeout(10_000));
  await until('the keys are dealt with', () =>
    log.lines.some((line) => /known_hosts updated: \d+ keys added/.test(line)),
  );
  await connection.close();
}

/** The file after such a connection. */
async function afterConnecting(to: HostConfig, prompts = script()): Promise<readonly string[]> {
  const [file = ''] = to.userKnownHostsFiles;
  const earlier = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  await connectOnce(to, prompts);
  assert.ok(fs.readFileSync(file, 'utf8').startsWith(earlier), 'what was there stays');
  return typesIn(file);
}

for (const hashKnownHosts of [false, true]) {
  void test(`further keys of a known server are added so that ssh trusts them (HashKnownHosts ${hashKnownHosts ? 'yes' : 'no'})`, async () => {
    const file = known();
    assert.ok(!sshTrusts(file, 'ecdsa-sha2-nistp256'));
    assert.deepEqual(await afterConnecting(config(file, { hashKnownHosts })), ALL);
    for (const algorithm of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512'])
      assert.ok(sshTrusts(file, algorithm));
    assert.equal(/^\|1\|/m.test(fs.readFileSync(file, 'utf8')), hashKnownHosts);
    assert.deepEqual(await afterConnecting(config(file, { hashKnownHosts })), ALL, 'and once only');
  });
}

void test('a line with a name and an address counts', async () => {
  const file = knownHostsFile(`elsewhere,${name} ${publicKey('host_ed25519')}`);
  assert.deepEqual(await afterConnecting(config(file)), ALL);
});

void test('a hashed line counts', async () => {
  const file = knownHostsFile(`${hashedName(name, Buffer.alloc(20, 4))} ${publicKey('host_ed25519')}`);
  assert.deepEqual(await afterConnecting(config(file)), ALL);
});

void test("when the user remembers a key, the server's other keys are added", async () => {
  const file = knownHostsFile();
  const prompts = script({ hostKey: () => 'remember' });
  assert.deepEqual(await afterConnecting(config(file, { strictHostKeyChecking: 'ask' }), prompts), ALL);
  assert.equal(prompts.hostKeys.length, 1);
});

void test('when the user accepts a key once, no other key is added', async () => {
  const file = knownHostsFile();
  const prompts = script({ hostKey: () => 'once' });
  assert.deepEqual(await afterConnecting(config(file, { strictHostKeyChecking: 'ask' }), prompts), []);
});

void test('when accept-new accepts a key, no other key is added yet', async () => {
  const file = knownHostsFile();
  assert.equal((await afterConnecting(config(file, { strictHostKeyChecking: 'accept-new' }))).length, 1);
});

void test('for a server that only the global file knows, no key is added', async () => {
  const changes = { globalKnownHostsFiles: [known()] };
  assert.deepEqual(await afterConnecting(config(knownHostsFile(), changes)), []);
});

void test('no: no key is added', async () => {
  assert.deepEqual(await afterConnecting(config(known(), { updateHostKeys: 'no' })), ['ssh-ed25519']);
});

void test('ask: each key is shown, and only confirmed keys are added', async () => {
  const file = known();
  const prompts = script({ hostKey: ({ keyType }) => (keyType === 'ssh-rsa' ? 'remember' : 'refuse') });
  assert.deepEqual(await afterConnecting(config(file, { updateHostKeys: 'ask' }), prompts), ['ssh-ed25519', 'ssh-rsa']);
  const asked = prompts.hostKeys.map(({ keyType }) => keyType);
  assert.deepEqual(asked.toSorted(), ['ecdsa-sha2-nistp256', 'ssh-rsa']);
});

void test('ask, without prompts: no key is added', async () => {
  const file = known();
  assert.deepEqual(await afterConnecting(config(file, { updateHostKeys: 'ask', batchMode: true })), ['ssh-ed25519']);
});

void test('a key of a type that HostKeyAlgorithms does not name is not added', async () => {
  const types = await afterConnecting(config(known(), { hostKeyAlgorithms: 'ssh-ed25519,rsa-sha2-512' }));
  assert.deepEqual(types, ['ssh-ed25519', 'ssh-rsa']);
});

/** Files that the user edited by hand. ssh(1) does not change them, and neither do we. */
const BY_HAND: Readonly<Record<string, () => readonly string[]>> = {
  'a wildcard': () => [`[127.0.0.*]:${sshd.port} ${publicKey('host_ed25519')}`],
  'a list of names': () => [`elsewhere,third,${name} ${publicKey('host_ed25519')}`],
  'a revoked key': () => [`${name} ${publicKey('host_ed25519')}`, `@revoked ${name} ${publicKey('host_rsa')}`],
  'an authority': () => [`${name} ${publicKey('host_ed25519')}`, `@cert-authority ${name} ${publicKey('host_rsa')}`],
  'one of the keys under another name': () => [
    `${name} ${publicKey('host_ed25519')}`,
    `elsewhere ${publicKey('host_rsa')}`,
  ],
  'only an entry without the port': () => [`127.0.0.1 ${publicKey('host_ed25519')}`],
};
for (const [what, lines] of Object.entries(BY_HAND)) {
  void test(`${what}: the file is unchanged, as after ssh`, async () => {
    const file = knownHostsFile(...lines());
    const text = fs.readFileSync(file, 'utf8');
    assert.equal(afterSsh(file), text);
    await afterConnecting(config(file));
    assert.equal(fs.readFileSync(file, 'utf8'), text);
  });
}

/** Files with keys that the server no longer has. */
const ROTATED: Readonly<Record<string, (gone: string) => readonly string[]>> = {
  'a key that is gone': (gone) => [`${name} ${gone}`],
  'a key that is gone, among lines of others': (gone) => [
    '# mine',
    `elsewhere ${publicKey('id_ed25519')}`,
    `${name} ${gone} a comment`,
    '',
    `elsewhere,${name} ${publicKey('host_ecdsa')}`,
    'not a line',
  ],
  'a key that is gone, with all others known': (gone) => [
    `${name} ${publicKey('host_rsa')}`,
    `${name} ${publicKey('host_ecdsa')}`,
    `elsewhere,${name} ${gone}`,
  ],
  'a key that is gone and stands for another host too': (gone) => [`${name} ${gone}`, `elsewhere ${gone}`],
  'a key that is gone beside a revoked one': (gone) => [
    `${name} ${gone}`,
    `@revoked ${name} ${publicKey('id_ed25519')}`,
  ],
  'a key that is gone in a line with a wildcard': (gone) => [`[127.0.0.*]:${sshd.port} ${gone}`],
};
for (const [what, lines] of Object.entries(ROTATED)) {
  void test(`${what}: the file is the same as after ssh`, async () => {
    const [type = '', key = ''] = fs.readFileSync(`${goneKey()}.pub`, 'utf8').split(' ');
    const file = known(...lines(`${type} ${key}`));
    const expected = afterSsh(file);
    await connectOnce(config(file));
    assert.equal(fs.readFileSync(file, 'utf8'), expected);
    await connectOnce(config(file));
    assert.equal(fs.readFileSync(file, 'utf8'), expected, 'and stays so');
  });
}

void test('a hashed line of an obsolete key is removed', async () => {
  const [type, key] = fs.readFileSync(`${goneKey()}.pub`, 'utf8').split(' ');
  const file = known(`${hashedName(name, Buffer.alloc(20, 4))} ${type} ${key}`);
  const expected = afterSsh(file);
  await connectOnce(config(file));
  assert.equal(fs.readFileSync(file, 'utf8'), expected);
});

void test('an obsolete key is removed from the second file too, and permissions and links stay', async () => {
  const [type, key] = fs.readFileSync(`${goneKey()}.pub`, 'utf8').split(' ');
  const [first, second] = [known(), knownHostsFile(`${name} ${type} ${key}`, '# the rest')];
  fs.chmodSync(second, 0o640);
  const link = path.join(sshd.folder, 'linked_hosts');
  fs.symlinkSync(second, link);
  await connectOnce(config(first, { userKnownHostsFiles: [first, link] }));
  assert.equal(fs.readFileSync(second, 'utf8'), '# the rest\n');
  assert.equal(fs.statSync(second).mode & 0o777, 0o640);
  assert.ok(fs.lstatSync(link).isSymbolicLink());
});

void test('an obsolete key stays in a read-only file', async () => {
  const [type, key] = fs.readFileSync(`${goneKey()}.pub`, 'utf8').split(' ');
  for (const changes of [
    { updateHostKeys: 'no' },
    { updateHostKeys: 'ask', batchMode: true },
    { userKnownHostsFiles: [], globalKnownHostsFiles: [known(`${name} ${type} ${key}`)] },
  ] as const) {
    const file = known(`${name} ${type} ${key}`);
    const text = fs.readFileSync(file, 'utf8');
    await connectOnce(config(file, changes));
    assert.equal(fs.readFileSync(file, 'utf8'), text);
  }
});

void test('a key that the server still has is never obsolete, whatever HostKeyAlgorithms says', async () => {
  const file = known(`${name} ${publicKey('host_rsa')}`);
  const text = fs.readFileSync(file, 'utf8');
  await connectOnce(config(file, { hostKeyAlgorithms: 'ssh-ed25519' }));
  assert.equal(fs.readFileSync(file, 'utf8'), text);
});

/** The methods of ssh2 that make a client act as a server. */
interface ServerSide {
  readonly _protocol: {
    readonly _kex: { readonly sessionID: Buffer };
    readonly _cipher: { encrypt(packet: Buffer): void };
    readonly _packetRW: {
      readonly write: { readonly allocStart: number; alloc(bytes: number): Buffer; finalize(packet: Buffer): Buffer };
    };
    readonly _handlers: { GLOBAL_REQUEST: (protocol: unknown, name: string, ...rest: readonly unknown[]) => void };
    requestSuccess(data: Buffer): void;
  };
}

for (const isGenuine of [true, false]) {
  void test(`a key whose possession the server ${isGenuine ? 'proves is' : 'does not prove is not'} added`, async () => {
    const { publicKey: further, privateKey } = generateKeyPairSync('ed25519');
    const blob = publicBlob(further) ?? Buffer.alloc(0);
    const server = await startServer(
      (context) => context.accept(),
      {},
      (client) => {
        client.on('ready', () => {
          const { _protocol: protocol } = client as unknown as ServerSide;
          const { _handlers: handlers, _packetRW: packets } = protocol;
          const onRequest = handlers.GLOBAL_REQUEST;
          handlers.GLOBAL_REQUEST = (self, request, ...rest) => {
            if (request !== 'hostkeys-prove-00@openssh.com') {
              onRequest(self, request, ...rest);
              return;
            }
            const session = isGenuine ? protocol._kex.sessionID : Buffer.alloc(32);
            const data = Buffer.concat([string(request), string(session), string(blob)]);
            const signature = Buffer.concat([string('ssh-ed25519'), string(sign(null, data, privateKey))]);
            protocol.requestSuccess(string(signature));
          };
          const payload = Buffer.concat([Buffer.of(80), string('hostkeys-00@openssh.com'), Buffer.of(0), string(blob)]);
          const packet = packets.write.alloc(payload.length);
          packet.set(payload, packets.write.allocStart);
          protocol._cipher.encrypt(packets.write.finalize(packet));
        });
      },
    );
    const file = server.knownHostsFile;
    const to = hostConfig({ port: server.port, userKnownHostsFiles: [file], updateHostKeys: 'yes' });
    assert.equal((await afterConnecting(to)).length, isGenuine ? 2 : 1);
    assert.equal(fs.readFileSync(file, 'utf8').includes(blob.toString('base64')), isGenuine);
    server.close();
  });
}
