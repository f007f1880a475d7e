import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { delay } from '../../../../src/base/delay.ts';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import { hashedName } from '../../../../src/core/ssh/hostkeys/knownHosts.ts';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { makeKey } from '../../../support/keys.ts';
import { knownHostsFile } from '../../../support/knownHosts.ts';
import { connectTo, problemOf, script } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';

interface Keys {
  /** The server's own, as `type base64`. */
  readonly own: string;
  readonly other: string;
  readonly otherType: string;
  /** `[127.0.0.1]:port` */
  readonly name: string;
}

let sshd: Sshd;
let keys: Keys;
const publicKey = (file: string): string => fs.readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
before(async () => {
  sshd = await startSshd();
  keys = {
    own: publicKey(path.join(sshd.folder, 'host_ed25519')),
    other: publicKey(makeKey(sshd.folder, 'other')),
    otherType: publicKey(makeKey(sshd.folder, 'other-type', '-t', 'ecdsa')),
    name: `[127.0.0.1]:${sshd.port}`,
  };
});
after(() => sshd.stop());

type Verdict = 'trusted' | 'unknown' | 'changed' | 'revoked';

/** The verdict of the installed ssh(1) about the same file. */
function opensshVerdict(config: HostConfig): Verdict {
  const options = {
    User: config.user,
    Port: String(config.port),
    IdentityFile: sshd.keyFile,
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: config.userKnownHostsFiles.join(' '),
    GlobalKnownHostsFile: config.globalKnownHostsFiles.join(' ') || '/dev/null',
    StrictHostKeyChecking: config.strictHostKeyChecking,
    BatchMode: 'yes',
    ...(config.hostKeyAlias !== undefined && { HostKeyAlias: config.hostKeyAlias }),
    ...(config.revokedHostKeysFile !== undefined && { RevokedHostKeys: config.revokedHostKeysFile }),
    NoHostAuthenticationForLocalhost: config.noHostAuthenticationForLocalhost ? 'yes' : 'no',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const { status, stderr } = spawnSync('ssh', ['-F', '/dev/null', ...flags, config.hostName, 'true'], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (status === 0) return 'trusted';
  if (/REVOKED HOST KEY|revoked by file|in revoked keys file/.test(stderr)) return 'revoked';
  if (/IDENTIFICATION HAS CHANGED/.test(stderr)) return 'changed';
  if (/host key is known|verification failed/i.test(stderr)) return 'unknown';
  throw new Error(stderr);
}

const CODES: Readonly<Record<string, Verdict>> = {
  hostKeyUnknown: 'unknown',
  hostKeyChanged: 'changed',
  hostKeyRevoked: 'revoked',
};

async function ourVerdict(config: HostConfig): Promise<Verdict> {
  try {
    const connection = await connectTo({ ...config, batchMode: true });
    await connection.close();
    return 'trusted';
  } catch (error) {
    const verdict = CODES[(await problemOf(Promise.reject(error))).code];
    if (!verdict) throw error;
    return verdict;
  }
}

const CASES: Readonly<
  Record<string, { expected: Verdict; lines: (k: Keys) => readonly string[] } & Partial<HostConfig>>
> = {
  'an entry with the port': { expected: 'trusted', lines: ({ name, own }) => [`${name} ${own}`] },
  'no entry': { expected: 'unknown', lines: () => [] },
  'an entry for another host': { expected: 'unknown', lines: ({ own }) => [`[10.0.0.1]:2222 ${own}`] },
  'another key': { expected: 'changed', lines: ({ name, other }) => [`${name} ${other}`] },
  'a key of another type': { expected: 'changed', lines: ({ name, otherType }) => [`${name} ${otherType}`] },
  'another key first, then the right one': {
    expected: 'trusted',
    lines: ({ name, own, other, otherType }) => [`${name} ${other}`, `${name} ${otherType}`, `${name} ${own}`],
  },
  'the right key without the port': { expected: 'trusted', lines: ({ own }) => [`127.0.0.1 ${own}`] },
  'another key without the port': { expected: 'unknown', lines: ({ other }) => [`127.0.0.1 ${other}`] },
  'a revoked key': { expected: 'revoked', lines: ({ name, own }) => [`${name} ${own}`, `@revoked ${name} ${own}`] },
  'a revoked key, under any name': {
    expected: 'revoked',
    lines: ({ name, own }) => [`${name} ${own}`, `@revoked * ${own}`],
  },
  'a revoked key of another host': {
    expected: 'trusted',
    lines: ({ name, own }) => [`${name} ${own}`, `@revoked elsewhere ${own}`],
  },
  'another revoked key': {
    expected: 'trusted',
    lines: ({ name, own, other }) => [`@revoked * ${other}`, `${name} ${own}`],
  },
  'only a certificate authority': { expected: 'unknown', lines: ({ name, own }) => [`@cert-authority ${name} ${own}`] },
  'an unknown marker': { expected: 'unknown', lines: ({ name, own }) => [`@nonsense ${name} ${own}`] },
  'a hashed name': {
    expected: 'trusted',
    lines: ({ name, own }) => [`${hashedName(name, Buffer.alloc(20, 7))} ${own}`],
  },
  'a hashed name with another key': {
    expected: 'changed',
    lines: ({ name, other }) => [`${hashedName(name, Buffer.alloc(20, 7))} ${other}`],
  },
  'a list of names': { expected: 'trusted', lines: ({ name, own }) => [`elsewhere,${name},third ${own}`] },
  'a wildcard': { expected: 'trusted', lines: ({ own }) => [`[127.0.*]:* ${own}`] },
  'question marks': { expected: 'trusted', lines: ({ own }) => [`[127.?.?.1]:* ${own}`] },
  'a bare wildcard': { expected: 'trusted', lines: ({ own }) => [`* ${own}`] },
  'a negated name': {
    expected: 'unknown',
    lines: ({ name, own }) => [`*,!127.0.0.1,!${name} ${own}`],
  },
  'a negated name without the port': { expected: 'trusted', lines: ({ name, own }) => [`!127.0.0.1,${name} ${own}`] },
  'tabs and spaces': {
    expected: 'trusted',
    lines: ({ name, own }) => [`  \t${name}\t ${own.replace(' ', '\t ')}  comment`],
  },
  'CRLF line ends': { expected: 'trusted', lines: ({ name, own }) => [`# comment\r`, `${name} ${own}\r`] },
  garbage: {
    expected: 'trusted',
    lines: ({ name, own }) => ['???', '', name, `${name} ssh-ed25519`, `${name} ssh-ed25519 !!!`, `${name} ${own}`],
  },
  'a truncated key': { expected: 'unknown', lines: ({ name, own }) => [`${name} ${own.slice(0, -8)}`] },
  'a key under the wrong type': {
    expected: 'unknown',
    lines: ({ name, own }) => [`${name} ${own.replace('ssh-ed25519', 'ssh-rsa')}`],
  },
  'an alias': { expected: 'trusted', hostKeyAlias: 'Box', lines: ({ own }) => [`box ${own}`] },
  'an alias that only the address has': {
    expected: 'unknown',
    hostKeyAlias: 'box',
    lines: ({ name, own }) => [`${name} ${own}`],
  },
  'accept-new with an unknown key': { expected: 'trusted', strictHostKeyChecking: 'accept-new', lines: () => [] },
  'accept-new with a key of another type': {
    expected: 'changed',
    strictHostKeyChecking: 'accept-new',
    lines: ({ name, otherType }) => [`${name} ${otherType}`],
  },
  'ask, with nobody to ask': { expected: 'unknown', strictHostKeyChecking: 'ask', lines: () => [] },
};

for (const [what, { expected, lines, ...changes }] of Object.entries(CASES)) {
  void test(`${what}: ${expected}, as ssh says`, async () => {
    const config = (): HostConfig =>
      sshdConfig(sshd, { userKnownHostsFiles: [knownHostsFile(...lines(keys))], ...changes });
    assert.equal(opensshVerdict(config()), expected);
    assert.equal(await ourVerdict(config()), expected);
  });
}

/** A KRL of ssh-keygen with a host's key. */
function krl(key: string): string {
  const file = knownHostsFile(key);
  const { status } = spawnSync('ssh-keygen', ['-kqf', `${file}.krl`, file], { timeout: 10_000 });
  assert.equal(status, 0);
  return `${file}.krl`;
}

/** The kinds of file that RevokedHostKeys may name. */
const REVOKED: Readonly<Record<string, readonly [Verdict, () => string]>> = {
  'a list with the key': ['revoked', () => knownHostsFile('# old', keys.other, `${keys.own} a comment`)],
  'a list without the key': ['trusted', () => knownHostsFile('# old', '', ` ${keys.other}`)],
  'a line that is no key': ['revoked', () => knownHostsFile(keys.other, 'not a key')],
  'a file that is not there': ['revoked', () => '/nonexistent/revoked'],
  'a KRL with the key': ['revoked', () => krl(keys.own)],
  'a KRL without the key': ['trusted', () => krl(keys.other)],
};
for (const [what, [expected, file]] of Object.entries(REVOKED)) {
  void test(`RevokedHostKeys with ${what}: ${expected}, as ssh says`, async () => {
    const userKnownHostsFiles = [knownHostsFile(`${keys.name} ${keys.own}`)];
    const config = sshdConfig(sshd, { userKnownHostsFiles, revokedHostKeysFile: file() });
    assert.equal(opensshVerdict(config), expected);
    assert.equal(await ourVerdict(config), expected);
  });
}

void test('a key that RevokedHostKeys lists is refused with its line', async () => {
  const file = knownHostsFile(keys.other, keys.own);
  const problem = await problemOf(connectTo(sshdConfig(sshd, { revokedHostKeysFile: file })));
  assert.equal(problem.code, 'hostKeyRevoked');
  assert.ok('file' in problem && 'line' in problem);
  assert.deepEqual([problem.file, problem.line], [file, 2]);
});

const EXEMPT: Readonly<Record<string, readonly [Verdict, (file: string) => Partial<HostConfig>]>> = {
  'another key': ['trusted', () => ({})],
  'another key and an alias': ['changed', () => ({ hostKeyAlias: keys.name })],
  'a revoked key': ['revoked', () => ({ revokedHostKeysFile: knownHostsFile(keys.own) })],
};
for (const [what, [expected, changes]] of Object.entries(EXEMPT)) {
  void test(`NoHostAuthenticationForLocalhost with ${what}: ${expected}, as ssh says`, async () => {
    const file = knownHostsFile(`${keys.name} ${keys.other}`);
    const text = fs.readFileSync(file, 'utf8');
    const config = sshdConfig(sshd, {
      userKnownHostsFiles: [file],
      noHostAuthenticationForLocalhost: true,
      ...changes(file),
    });
    assert.equal(opensshVerdict(config), expected);
    assert.equal(await ourVerdict(config), expected);
    assert.equal(fs.readFileSync(file, 'utf8'), text);
  });
}

void test('RequiredRSASize refuses a shorter key of a server', async () => {
  const short = await startSshd();
  const hostKey = makeKey(short.folder, 'host_rsa', '-t', 'rsa', '-b', '2048');
  const text = fs.readFileSync(path.join(short.folder, 'sshd_config'), 'utf8');
  fs.writeFileSync(path.join(short.folder, 'sshd_config'), text.replace(/^HostKey .*$/mu, `HostKey ${hostKey}`));
  await short.restart();
  const userKnownHostsFiles = [knownHostsFile(`[127.0.0.1]:${short.port} ${publicKey(hostKey)}`)];
  const config = sshdConfig(short, { userKnownHostsFiles, requiredRsaSize: 2049 });
  assert.deepEqual(await problemOf(connectTo(config)), {
    code: 'hostKeyTooShort',
    host: 'devbox',
    bits: 2048,
    required: 2049,
  });
  await (await connectTo({ ...config, requiredRsaSize: 2048 })).close();
  await short.stop();
});

void test("the global file counts as the user's file does", async () => {
  const config = sshdConfig(sshd, {
    userKnownHostsFiles: [knownHostsFile()],
    globalKnownHostsFiles: [knownHostsFile(`${keys.name} ${keys.own}`)],
  });
  assert.equal(opensshVerdict(config), 'trusted');
  assert.equal(await ourVerdict(config), 'trusted');
});

void test('StrictHostKeyChecking no refuses a changed key', async () => {
  const config = sshdConfig(sshd, {
    strictHostKeyChecking: 'no',
    userKnownHostsFiles: [knownHostsFile('# first line', `${keys.name} ${keys.other}`)],
  });
  assert.deepEqual(await problemOf(connectTo(config)), {
    code: 'hostKeyChanged',
    host: 'devbox',
    keyType: 'ssh-ed25519',
    fingerprint: serverFingerprint(),
    file: config.userKnownHostsFiles[0],
    line: 2,
    lookup: keys.name,
  });
});

function serverFingerprint(): string {
  const { stdout } = spawnSync('ssh-keygen', ['-lf', path.join(sshd.folder, 'host_ed25519.pub')], { encoding: 'utf8' });
  return stdout.split(' ')[1] ?? '';
}

const asking = (file: string, changes: Partial<HostConfig> = {}): HostConfig =>
  sshdConfig(sshd, { strictHostKeyChecking: 'ask', userKnownHostsFiles: [file], ...changes });

void test('the question about an unknown key shows type and fingerprint, and a refusal ends the connection', async () => {
  const prompts = script({ hostKey: () => 'refuse' });
  const problem = await problemOf(connectTo(asking(knownHostsFile()), { prompts }));
  const key = { keyType: 'ssh-ed25519', fingerprint: serverFingerprint() };
  assert.deepEqual(problem, { code: 'hostKeyUnknown', host: 'devbox', ...key });
  assert.deepEqual(prompts.hostKeys, [{ host: 'devbox', address: '127.0.0.1', port: sshd.port, ...key }]);
});

void test('a closed question about an unknown key cancels the connection, which is no failure', async () => {
  const prompts = script({ hostKey: () => undefined });
  assert.deepEqual(await problemOf(connectTo(asking(knownHostsFile()), { prompts })), { code: 'cancelled' });
});

void test('a key accepted once is not remembered', async () => {
  const file = knownHostsFile();
  const connection = await connectTo(asking(file), { prompts: script({ hostKey: () => 'once' }) });
  await connection.close();
  assert.equal(fs.readFileSync(file, 'utf8'), '');
});

for (const hashKnownHosts of [false, true]) {
  void test(`a remembered key is written so that ssh trusts it (HashKnownHosts ${hashKnownHosts ? 'yes' : 'no'})`, async () => {
    const file = path.join(sshd.folder, `new-${hashKnownHosts}`, 'known_hosts');
    // A person takes a while, and the server keeps sending.
    const prompts = { ...script(), hostKey: () => delay(300).then(() => 'remember' as const) };
    const connection = await connectTo(asking(file, { hashKnownHosts }), { prompts });
    await connection.close();
    const line = fs.readFileSync(file, 'utf8');
    assert.match(line, hashKnownHosts ? /^\|1\|\S+ ssh-ed25519 \S+\n$/ : /^\[127\.0\.0\.1\]:\d+ ssh-ed25519 \S+\n$/);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    assert.equal(fs.statSync(path.dirname(file)).mode & 0o777, 0o700);
    assert.equal(opensshVerdict(sshdConfig(sshd, { userKnownHostsFiles: [file] })), 'trusted');
    const again = await connectTo(asking(file));
    await again.close();
  });
}

void test('a remembered key starts a new line, also after a last line without a line end', async () => {
  const file = knownHostsFile();
  fs.writeFileSync(file, '# no line end');
  const connection = await connectTo(asking(file), { prompts: script({ hostKey: () => 'remember' }) });
  await connection.close();
  assert.match(fs.readFileSync(file, 'utf8'), /^# no line end\n\[127/);
});

void test('a server with several keys shows the known one', async () => {
  const ecdsa = makeKey(sshd.folder, 'host_ecdsa', '-t', 'ecdsa');
  const several = await startSshd({ config: [`HostKey ${ecdsa}`] });
  const file = knownHostsFile(`[127.0.0.1]:${several.port} ${publicKey(ecdsa)}`);
  const connection = await connectTo(sshdConfig(several, { userKnownHostsFiles: [file] }));
  assert.equal(connection.facts.hostKey, 'ecdsa-sha2-nistp256');
  await connection.close();
  await several.stop();
});

void test('a rekey asks no second question about the host key', async () => {
  const prompts = script({ hostKey: () => 'once' });
  const rekeying = await startSshd({ config: ['RekeyLimit 256K'] });
  const config = sshdConfig(rekeying, { strictHostKeyChecking: 'ask', userKnownHostsFiles: [knownHostsFile()] });
  const connection = await connectTo(config, { prompts });
  const channel = await connection.exec('head -c 2000000 /dev/zero', AbortSignal.timeout(20_000));
  let bytes = 0;
  for await (const chunk of channel.stdout) bytes += (chunk as Buffer).length;
  assert.equal(bytes, 2_000_000);
  assert.equal(prompts.hostKeys.length, 1);
  await connection.close();
  await rekeying.stop();
});
