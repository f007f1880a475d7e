import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { UserError } from '../../../src/base/userError.ts';
import type { ConfigProblem, HostConfig } from '../../../src/core/config/hostConfig.ts';
import { resolveHost, type ResolveOptions } from '../../../src/core/config/resolve.ts';
import { posixOnly } from '../../support/posixOnly.ts';
import { privateHome } from '../../support/systemSsh.ts';
import { until } from '../../support/until.ts';

const { signal } = new AbortController();

function setUp(
  t: TestContext,
  text: string,
): {
  readonly home: string;
  readonly write: (file: string, content: string) => string;
  readonly resolve: (name: string, options?: Partial<ResolveOptions>, abort?: AbortSignal) => Promise<HostConfig>;
} {
  const place = privateHome();
  t.after(() => place.remove());
  const userFile = place.write('.ssh/config', text);
  const env = { PATH: process.env['PATH'], SHELL: '/bin/sh', SSH_AUTH_SOCK: '/agent', LC_X: 'x', OTHER: 'o' };
  return {
    ...place,
    resolve: (name, options = {}, abort = signal) =>
      resolveHost(name, { userFile, home: place.home, env, allowCommand: () => false, ...options }, abort),
  };
}

function fails(
  code: ConfigProblem['code'],
  facts: Readonly<Record<string, unknown>> = {},
): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UserError, String(error));
    for (const [key, value] of Object.entries({ code, ...facts })) {
      assert.deepEqual((error.problem as unknown as Record<string, unknown>)[key], value, key);
    }
    return true;
  };
}

void test('a connection gets expanded paths, tokens and variables', async (t) => {
  const { resolve, home } = setUp(
    t,
    'Host h1\n IdentityFile ~/.ssh/%n_%h\n IdentityFile none\n CertificateFile ${OTHER}/c\n HostName REAL\n' +
      ' ProxyCommand nc %h %p %r\n SetEnv A=%h B=%z\n SendEnv LC_*\n Port 2222\n User bob\n IdentityAgent $OTHER\n',
  );
  const config = await resolve('h1');
  assert.equal(config.hostName, 'real');
  assert.deepEqual(config.identityFiles, [path.join(home, '.ssh', 'h1_real')]);
  assert.deepEqual(config.certificateFiles, [path.join('o', 'c')]);
  assert.deepEqual(config.proxy, { kind: 'command', command: 'nc real 2222 bob' });
  assert.deepEqual(config.env, { LC_X: 'x', A: 'real', B: '%z' });
  assert.equal(config.identityAgent, 'o');
});

void test('a host that no file mentions gets the defaults of OpenSSH', async (t) => {
  const { resolve, home } = setUp(t, '');
  const config = await resolve('Box.Example.COM');
  assert.equal(config.name, 'Box.Example.COM');
  assert.equal(config.hostName, 'box.example.com');
  assert.deepEqual([config.port, config.user, config.proxy.kind], [22, os.userInfo().username, 'none']);
  assert.equal(config.identityFilesAreDefault, true);
  assert.ok(config.identityFiles.includes(path.join(home, '.ssh', 'id_ed25519')));
  assert.deepEqual(
    config.userKnownHostsFiles,
    ['known_hosts', 'known_hosts2'].map((name) => path.join(home, '.ssh', name)),
  );
  assert.equal(config.identityAgent, '/agent');
  assert.ok(!('serverAliveIntervalMs' in config));
  assert.equal(config.strictHostKeyChecking, 'ask');
  assert.deepEqual(structuredClone(config), config);
});

void test('times are in milliseconds, sizes in bytes, and choices have the words of the manual', async (t) => {
  const { resolve } = setUp(
    t,
    'ConnectTimeout 1m\nServerAliveInterval 15\nRekeyLimit 1K\nStrictHostKeyChecking off\nUpdateHostKeys ask\nStreamLocalBindMask 0111\n',
  );
  const config = await resolve('x');
  assert.equal(config.connectTimeoutMs, 60_000);
  assert.equal(config.serverAliveIntervalMs, 15_000);
  assert.equal(config.rekeyLimitBytes, 1024);
  assert.equal(config.strictHostKeyChecking, 'no');
  assert.equal(config.updateHostKeys, 'ask');
  assert.equal(config.streamLocalBindMask, 0o111);
});

void test('VerifyHostKeyDNS is off unless it is yes or ask', async (t) => {
  for (const [written, expected] of Object.entries({ '': false, no: false, yes: true, ask: true })) {
    const { resolve } = setUp(t, written && `VerifyHostKeyDNS ${written}\n`);
    assert.equal((await resolve('x')).verifyHostKeyDns, expected, written);
  }
});

void test('CASignatureAlgorithms changes the list of signatures, which lacks SHA-1', async (t) => {
  const algorithms = async (text: string): Promise<readonly string[]> =>
    (await setUp(t, text).resolve('x')).caSignatureAlgorithms;
  assert.deepEqual((await algorithms('')).includes('ssh-rsa'), false);
  assert.equal((await algorithms('CASignatureAlgorithms +ssh-rsa\n')).at(-1), 'ssh-rsa');
  assert.deepEqual(await algorithms('CASignatureAlgorithms rsa-*\n'), ['rsa-sha2-256', 'rsa-sha2-512']);
});

for (const [written, expected] of Object.entries({
  yes: { addKeysToAgent: 'yes' },
  no: { addKeysToAgent: 'no' },
  ask: { addKeysToAgent: 'ask' },
  confirm: { addKeysToAgent: 'confirm' },
  'confirm 2m': { addKeysToAgent: 'confirm', agentKeyLifetimeMs: 120_000 },
  '1h': { addKeysToAgent: 'yes', agentKeyLifetimeMs: 3_600_000 },
})) {
  void test(`AddKeysToAgent ${written} splits into mode and lifetime`, async (t) => {
    const { addKeysToAgent, agentKeyLifetimeMs } = await setUp(t, `AddKeysToAgent ${written}\n`).resolve('x');
    assert.deepEqual({ addKeysToAgent, ...(agentKeyLifetimeMs !== undefined && { agentKeyLifetimeMs }) }, expected);
  });
}

void test('RekeyLimit accepts a time, and PubkeyAcceptedAlgorithms accepts patterns', async (t) => {
  const config = await setUp(t, 'RekeyLimit default 1m\nPubkeyAcceptedAlgorithms rsa-sha2-*\n').resolve('x');
  assert.ok(!('rekeyLimitBytes' in config));
  assert.equal(config.rekeyIntervalMs, 60_000);
  assert.deepEqual(
    config.pubkeyAcceptedAlgorithms?.filter((name) => !name.includes('-cert-')),
    ['rsa-sha2-256', 'rsa-sha2-512'],
  );
});

void test('a chain of jump hosts is in order, first hop to last', async (t) => {
  const { resolve } = setUp(t, 'ProxyJump a@j1:2200,[::1]:23,ssh://b%20c@j2\n');
  assert.deepEqual((await resolve('x')).proxy, {
    kind: 'jump',
    hops: [
      { user: 'a', host: 'j1', port: 2200 },
      { host: '::1', port: 23 },
      { user: 'b c', host: 'j2' },
    ],
  });
});

void test('tokens in ProxyJump stand for the destination, as in ProxyCommand', async (t) => {
  const { resolve } = setUp(t, 'User bob\nPort 2222\nHostName real\nProxyJump %r@jump-%n,gate.%h:23\n');
  assert.deepEqual((await resolve('x')).proxy, {
    kind: 'jump',
    hops: [
      { user: 'bob', host: 'jump-x' },
      { host: 'gate.real', port: 23 },
    ],
  });
  const unknown = setUp(t, 'Host x\n ProxyJump jump-%d\n');
  await assert.rejects(unknown.resolve('x'), fails('configSyntax', { line: 2 }));
});

void test('overrides win over typed names, and both win over the files', async (t) => {
  const { resolve } = setUp(t, 'User file\nPort 1\nHostName file.example\n');
  const config = await resolve('x', { overrides: ['User=over'], user: 'typed', port: 2 });
  assert.deepEqual([config.user, config.port, config.hostName], ['over', 2, 'file.example']);
});

void test(
  'Match exec runs only after consent, and never inside a block that does not apply',
  { skip: posixOnly },
  async (t) => {
    const { resolve, home, write } = setUp(
      t,
      'Host other\n Include inc\nMatch host x exec "touch %d/ran && test %n = x"\n Port 2\n',
    );
    write('.ssh/inc', 'Match exec "touch %d/included"\n Port 3\n');
    await assert.rejects(resolve('x'), fails('commandNotAllowed', { command: `touch ${home}/ran && test x = x` }));
    assert.ok(!fs.existsSync(`${home}/ran`));

    const asked: string[] = [];
    const allowCommand = (command: string): boolean => asked.push(command) > 0;
    assert.equal((await resolve('y', { allowCommand })).port, 22);
    assert.equal((await resolve('x', { allowCommand })).port, 2);
    assert.deepEqual(asked, [`touch ${home}/ran && test x = x`]);
    assert.ok(fs.existsSync(`${home}/ran`));
    assert.ok(!fs.existsSync(`${home}/included`));
  },
);

void test('an empty SHELL counts as unset', { skip: posixOnly }, async (t) => {
  const { resolve } = setUp(t, 'Match exec "true"\n Port 2\n');
  const config = await resolve('x', { allowCommand: () => true, env: { PATH: process.env['PATH'], SHELL: '' } });
  assert.equal(config.port, 2);
});

void test('aborting ends a running Match exec and its children', { skip: posixOnly }, async (t) => {
  const { resolve, home } = setUp(t, 'Match exec "sleep 600 & echo $! > %d/child; wait"\n Port 2\n');
  const abort = new AbortController();
  t.after(() => abort.abort());
  const result = resolve('x', { allowCommand: () => true }, abort.signal);
  const child = await until('the child', () => Number(fs.readFileSync(`${home}/child`, 'utf8')));
  abort.abort(new Error('enough'));
  await assert.rejects(result, /enough/);
  await until('the end of the child', () => !isAlive(child));
});

void test('a mistake in any block is reported with its file and line', async (t) => {
  const { resolve, home, write } = setUp(t, '# one\nInclude inc\n');
  const included = write('.ssh/inc', '\nHost other\n  Port 70000\n');
  await assert.rejects(resolve('x'), fails('configSyntax', { file: included, line: 3 }));
  write('.ssh/config', 'IdentityFile %z\n');
  await assert.rejects(resolve('x'), fails('configSyntax', { file: path.join(home, '.ssh', 'config'), line: 1 }));
});

void test('a file that other users may write is refused', { skip: posixOnly }, async (t) => {
  const { resolve, write } = setUp(t, 'Include inc\n');
  const included = write('.ssh/inc', 'Port 2\n');
  fs.chmodSync(included, 0o666);
  await assert.rejects(resolve('x'), fails('fileUnreadable', { file: included }));
});

void test('Include skips a link to a file that does not exist, as ssh does', async (t) => {
  const { resolve, home } = setUp(t, 'Include dangling\nPort 77\n');
  fs.symlinkSync('nowhere', path.join(home, '.ssh', 'dangling'));
  assert.equal((await resolve('x')).port, 77);
});

void test('a missing file of -F is an error, and -F none stands for no file', async (t) => {
  const { resolve } = setUp(t, 'Port 2\n');
  await assert.rejects(resolve('x', { userFile: '/does/not/exist' }), fails('fileUnreadable'));
  assert.equal((await resolve('x', { userFile: 'none' })).port, 22);
});

void test('a name that a shell or an option parser could misread is refused', async (t) => {
  const { resolve } = setUp(t, '');
  for (const name of ['-oProxyCommand=x', '$(x)', 'a b', 'a;b', 'a`b', '']) {
    await assert.rejects(resolve(name), fails('configBadName', { what: 'host', value: name }));
  }
  for (const user of ['-l', 'a;b', 'a -b', 'x\\', "a'b"]) {
    await assert.rejects(resolve('x', { user }), fails('configBadName', { what: 'user', value: user }));
  }
  assert.equal((await resolve('x', { user: 'CORP\\bob smith' })).user, 'CORP\\bob smith');
});

void test('forwards of all kinds keep the order of the file, and ClearAllForwardings removes them all', async (t) => {
  const { resolve, write } = setUp(
    t,
    'RemoteForward 9000 localhost:80\nLocalForward 8000 /run/%n.sock\nDynamicForward 1080\n',
  );
  assert.deepEqual((await resolve('x')).forwards, [
    {
      kind: 'remote',
      bind: { kind: 'tcp', host: undefined, port: 9000 },
      to: { kind: 'tcp', host: 'localhost', port: 80 },
    },
    { kind: 'local', bind: { kind: 'tcp', host: undefined, port: 8000 }, to: { kind: 'unix', path: '/run/x.sock' } },
    { kind: 'dynamic', bind: { kind: 'tcp', host: undefined, port: 1080 } },
  ]);
  write('.ssh/config', 'LocalForward 8000 a:1\nClearAllForwardings yes\n');
  assert.deepEqual((await resolve('x')).forwards, []);
});

void test('without -F, the user’s file wins over the system-wide file', async (t) => {
  const { home, write } = setUp(t, 'Host x\n  Port 2\n');
  write('.ssh/inc', 'User nobody\n');
  const config = await resolveHost('x', { home, allowCommand: () => false }, signal);
  assert.equal(config.port, 2);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

void test(
  'an unreadable default file is ignored, as by ssh, and an unreadable named file is an error',
  { skip: posixOnly },
  async (t) => {
    const { home, resolve, write } = setUp(t, '');
    const file = path.join(home, '.ssh', 'config');
    fs.rmSync(file);
    fs.symlinkSync('config', file);
    const usual: ResolveOptions = { home, allowCommand: () => false };
    assert.equal((await resolveHost('x', usual, signal)).hostName, 'x');
    await assert.rejects(resolve('x'), fails('fileUnreadable', { file }));
    const including = write('including', 'Include ~/.ssh/config\n');
    await assert.rejects(resolve('x', { userFile: including }), UserError);
    fs.rmSync(file);
    write('.ssh/config', 'Port 99\n');
    fs.chmodSync(file, 0o666);
    await assert.rejects(resolveHost('x', usual, signal), fails('fileUnreadable', { file }));
  },
);
