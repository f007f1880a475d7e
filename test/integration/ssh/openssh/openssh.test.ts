import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { within } from '../../../../src/base/delay.ts';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import type { RemoteListener } from '../../../../src/core/forward/dial.ts';
import type { Connection } from '../../../../src/core/ssh/connection.ts';
import { connectOpenssh } from '../../../../src/core/ssh/openssh/connect.ts';
import type { OpensshDeps } from '../../../../src/core/ssh/openssh/login.ts';
import { freePort } from '../../../support/freePort.ts';
import { hostConfig } from '../../../support/hostConfig.ts';
import { certify, makeKey } from '../../../support/keys.ts';
import { memoryLog, problemOf, script } from '../../../support/ssh.ts';
import { descendants, type Sshd, startSshd } from '../../../support/sshd.ts';
import { until } from '../../../support/until.ts';

const signal = (): AbortSignal => AbortSignal.timeout(30_000);
let sshd: Sshd;
let connection: Connection;
let echo: net.Server;
before(async () => {
  sshd = await startSshd();
  connection = await open(sshd);
  echo = net.createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket).on('error', () => undefined));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
});
after(async () => {
  await connection.close();
  await sshd.stop();
  echo.close();
});

/** The transport reads ssh_config itself. It needs the host's configuration for questions and problems only. */
function open(to: Sshd, deps: Partial<OpensshDeps> = {}, changes: Partial<HostConfig> = {}): Promise<Connection> {
  const config = hostConfig({ port: to.port, userKnownHostsFiles: [to.knownHostsFile], ...changes });
  const mine = { prompts: script(), log: memoryLog(), args: ['-F', to.configFile], allowCommand: async () => false };
  return connectOpenssh(config, { ...mine, ...deps }, signal());
}

const echoPort = (): number => (echo.address() as AddressInfo).port;

void test('the facts contain what ssh negotiated', () => {
  assert.equal(connection.facts.transport, 'openssh');
  assert.match(connection.facts.serverVersion, /^SSH-2\.0-OpenSSH/);
  assert.match(connection.facts.kex, /sntrup761/);
  assert.equal(connection.facts.hostKey, 'ssh-ed25519');
  assert.equal(connection.facts.authMethod, 'publickey');
});

void test('a command runs and gives output, errors and status', async () => {
  const channel = await connection.exec('cat; echo oops >&2; exit 3', signal());
  channel.stdin.end('hello');
  assert.deepEqual(await Promise.all([text(channel.stdout), text(channel.stderr)]), ['hello', 'oops\n']);
  assert.deepEqual(await channel.exit, { status: 3 });
});

void test('many dials at once carry bytes both ways and half-close', async () => {
  const replies = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const stream = await connection.dial({ kind: 'tcp', host: '127.0.0.1', port: echoPort() }, signal());
      let reply = '';
      stream.on('data', (chunk: Buffer) => (reply += chunk.toString()));
      stream.end(`${index} `.repeat(10_000));
      await once(stream, 'end');
      return reply === `${index} `.repeat(10_000);
    }),
  );
  assert.ok(replies.every(Boolean));
});

void test('a remote listener reports its real port, passes its connections on, and can be cancelled', async () => {
  const bind = { kind: 'tcp', host: undefined, port: 0 } as const;
  const listener = await connection.listenRemote(bind, (incoming) => incoming.accept().end('from here'), signal());
  const socket = net.connect(listener.port, '127.0.0.1');
  assert.equal(await text(socket), 'from here');
  await listener.close();
  await assert.rejects(once(net.connect(listener.port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
});

void test('a remote bind to a taken port is refused', async () => {
  const bind = { kind: 'tcp', host: '127.0.0.1', port: sshd.port } as const;
  const problem = await problemOf(connection.listenRemote(bind, () => undefined, signal()));
  assert.deepEqual(problem, { code: 'remoteBindRefused', bind });
});

void test('a remote port that was refused first works once it is free', async () => {
  const taken = net.createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const bind = { kind: 'tcp', host: '127.0.0.1', port: (taken.address() as AddressInfo).port } as const;
  const listen = (): Promise<RemoteListener> =>
    connection.listenRemote(bind, (incoming) => incoming.accept().end('from here'), signal());
  assert.equal((await problemOf(listen())).code, 'remoteBindRefused');
  taken.close();
  const listener = await listen();
  assert.equal(await text(net.connect(bind.port, '127.0.0.1')), 'from here');
  await listener.close();
});

void test("dials and commands do not repeat the configuration's forwards", async () => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const clientConfig = [`LocalForward ${ports[0]} localhost:1`, `RemoteForward ${ports[1]} localhost:1`];
  const wanting = await startSshd({ clientConfig: [...clientConfig, `DynamicForward ${ports[2]}`] });
  // As if our own forwards held these ports.
  const taken = net.createServer().listen(ports[0], '127.0.0.1');
  await once(taken, 'listening');
  const opened = await open(wanting);
  const stream = await opened.dial({ kind: 'tcp', host: '127.0.0.1', port: echoPort() }, signal());
  stream.end('hello');
  assert.equal(await text(stream), 'hello');
  const channel = await opened.exec('echo done', signal());
  assert.equal(await text(channel.stdout), 'done\n');
  for (const port of ports.slice(1)) {
    await assert.rejects(once(net.connect(port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
  }
  await opened.close();
  taken.close();
  await wanting.stop();
});

void test('session options of the configuration do not affect our sessions', async () => {
  const clientConfig = [
    'RemoteCommand tmux attach',
    'RequestTTY force',
    'StdinNull yes',
    'ForkAfterAuthentication yes',
  ];
  const own = await startSshd({ clientConfig: [...clientConfig, 'PermitLocalCommand yes', 'LocalCommand echo noise'] });
  const opened = await open(own);
  const channel = await opened.exec('cat; test -t 0 || echo no terminal', signal());
  channel.stdin.end('hello\n');
  assert.equal(await text(channel.stdout), 'hello\nno terminal\n');
  await opened.close();
  await own.stop();
});

void test('an ssh that lacks newer keywords still connects', async () => {
  const older = await startSshd();
  const program = path.join(older.folder, 'ssh');
  const wrapper = `#!/bin/sh
case "$*" in
  -V) echo OpenSSH_8.4p1 Debian-5 >&2; exit ;;
  *StdinNull*|*ForkAfterAuthentication*) echo "command-line: line 0: Bad configuration option" >&2; exit 255 ;;
esac
exec ssh "$@"
`;
  fs.writeFileSync(program, wrapper, { mode: 0o755 });
  const opened = await open(older, { program });
  const channel = await opened.exec('echo done', signal());
  assert.equal(await text(channel.stdout), 'done\n');
  await opened.close();
  await older.stop();
});

void test('a ping takes a round trip', async () => {
  assert.ok((await connection.ping(signal())) > 0);
});

void test('a server that allows only a post-quantum key exchange is reached', async () => {
  const modern = await startSshd({ config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] });
  const opened = await open(modern);
  assert.equal(opened.facts.kex, 'sntrup761x25519-sha512@openssh.com');
  await opened.close();
  await modern.stop();
});

void test('a server that requires certificates, and has one itself, is reached', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'authority-'));
  const authority = makeKey(folder, 'authority');
  const hostKey = makeKey(folder, 'host');
  spawnSync('ssh-keygen', ['-q', '-s', authority, '-I', 'host', '-h', '-n', '127.0.0.1', `${hostKey}.pub`]);
  const certified = await startSshd({
    config: [
      `HostKey ${hostKey}`,
      `HostCertificate ${hostKey}-cert.pub`,
      `TrustedUserCAKeys ${authority}.pub`,
      'AuthorizedKeysFile none',
    ],
  });
  certify(authority, certified.keyFile, certified.user);
  const [type, key] = fs.readFileSync(`${authority}.pub`, 'utf8').split(' ');
  fs.writeFileSync(certified.knownHostsFile, `@cert-authority * ${type} ${key}\n`);
  const opened = await open(certified);
  assert.match(opened.facts.hostKey, /-cert-v01@openssh\.com$/);
  await opened.close();
  await certified.stop();
  fs.rmSync(folder, { recursive: true });
});

void test("ssh's questions become ours: the host key and the passphrase", async () => {
  const asking = await startSshd();
  const config = fs
    .readFileSync(asking.configFile, 'utf8')
    .replace('StrictHostKeyChecking yes', 'StrictHostKeyChecking ask');
  fs.writeFileSync(asking.configFile, config);
  spawnSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'correct horse', '-f', asking.keyFile]);
  for (const remember of [false, true]) {
    fs.writeFileSync(asking.knownHostsFile, '');
    const prompts = script({ hostKey: () => (remember ? 'remember' : 'once'), secret: () => 'correct horse' });
    const log = memoryLog();
    const opened = await open(asking, { prompts, log });
    assert.equal(prompts.hostKeys[0]?.keyType, 'ED25519');
    assert.deepEqual(prompts.secrets, [{ kind: 'passphrase', host: 'devbox', keyFile: asking.keyFile, attempt: 1 }]);
    assert.equal(fs.readFileSync(asking.knownHostsFile, 'utf8').includes('ssh-ed25519'), remember);
    assert.ok(!log.lines.join('\n').includes('horse'));
    await opened.close();
  }
  await asking.stop();
});

void test('a question that is cancelled ends the login', async () => {
  const locked = await startSshd();
  spawnSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'correct horse', '-f', locked.keyFile]);
  const problem = await problemOf(open(locked, { prompts: script({ secret: () => undefined }) }));
  assert.deepEqual(problem, { code: 'cancelled' });
  await locked.stop();
});

void test('a ProxyCommand without consent is not run', async () => {
  const command = 'touch /nonexistent';
  const problem = await problemOf(open(sshd, {}, { proxy: { kind: 'command', command } }));
  assert.deepEqual(problem, { code: 'commandNotAllowed', command });
});

void test('a missing ssh is a clear failure', async () => {
  const problem = await problemOf(open(sshd, { program: '/nonexistent/ssh' }));
  assert.equal(problem.code, 'handshakeEnded');
  assert.match('detail' in problem ? String(problem.detail) : '', /not found/);
});

void test('accept-new remembers the key without a question', async () => {
  const fresh = await startSshd();
  const config = fs
    .readFileSync(fresh.configFile, 'utf8')
    .replace('StrictHostKeyChecking yes', 'StrictHostKeyChecking accept-new');
  fs.writeFileSync(fresh.configFile, config);
  fs.writeFileSync(fresh.knownHostsFile, '# no line end');
  const opened = await open(fresh, {}, { strictHostKeyChecking: 'accept-new' });
  await opened.close();
  assert.match(fs.readFileSync(fresh.knownHostsFile, 'utf8'), /^# no line end\n\[127\.0\.0\.1\]:\d+ ssh-ed25519 /);
  await fresh.stop();
});

void test('StrictHostKeyChecking no refuses a changed key', async () => {
  const lax = await startSshd();
  const config = fs
    .readFileSync(lax.configFile, 'utf8')
    .replace('StrictHostKeyChecking yes', 'StrictHostKeyChecking no');
  fs.writeFileSync(lax.configFile, config);
  const [other] = fs.readFileSync(`${makeKey(lax.folder, 'other')}.pub`, 'utf8').split('\n');
  fs.writeFileSync(lax.knownHostsFile, `[127.0.0.1]:${lax.port} ${other}\n`);
  const problem = await problemOf(open(lax, {}, { strictHostKeyChecking: 'no' }));
  assert.equal(problem.code, 'hostKeyChanged');
  await lax.stop();
});

void test('each failure has its code', async () => {
  const strict = await startSshd();
  const [type] = fs.readFileSync(`${makeKey(strict.folder, 'other')}.pub`, 'utf8').split('\n');
  fs.writeFileSync(strict.knownHostsFile, `[127.0.0.1]:${strict.port} ${type}\n`);
  const changed = await problemOf(open(strict));
  assert.equal(changed.code, 'hostKeyChanged');
  assert.equal('line' in changed && changed.line, 1);
  fs.writeFileSync(strict.knownHostsFile, '');
  assert.equal((await problemOf(open(strict))).code, 'hostKeyUnknown');
  await strict.kill();
  assert.equal((await problemOf(open(strict))).code, 'connectionRefused');
  await strict.stop();
  const locked = await startSshd({ config: ['AuthorizedKeysFile none'] });
  const denied = await problemOf(open(locked));
  assert.equal(denied.code, 'authFailed');
  await locked.stop();
});

void test('a key that RevokedHostKeys lists is reported as revoked', async () => {
  const listed = await startSshd();
  const file = path.join(listed.folder, 'host_ed25519.pub');
  fs.appendFileSync(listed.configFile, `  RevokedHostKeys ${file}\n`);
  const problem = await problemOf(open(listed));
  assert.equal(problem.code, 'hostKeyRevoked');
  assert.equal('file' in problem && problem.file, file);
  await listed.stop();
});

void test('a killed connection ends open streams with an error', async () => {
  const doomed = await startSshd();
  const opened = await open(doomed);
  const stream = await opened.dial({ kind: 'tcp', host: '127.0.0.1', port: echoPort() }, signal());
  stream.on('end', () => assert.fail('a clean end'));
  stream.write('hello');
  await once(stream, 'data');
  const died = once(stream, 'error');
  await doomed.kill();
  const [error] = (await died) as [{ problem: unknown }];
  assert.deepEqual(error.problem, { code: 'linkLost' });
  assert.equal((await opened.closed).kind, 'lost');
  assert.equal((await problemOf(opened.exec('true', signal()))).code, 'linkLost');
  await doomed.stop();
});

void test('a stopped server gives no sign of life until it continues, and the connection stays', async () => {
  const frozen = await startSshd();
  const opened = await open(frozen);
  const pids = descendants(frozen.process().pid);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  const sign = opened.signOfLife(signal());
  assert.equal(await within(300, sign), false);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
  await sign;
  opened.giveUp();
  assert.deepEqual(await opened.closed, { kind: 'lost', why: 'keepalive', detail: '' });
  await frozen.stop();
});

void test('a server whose sessions never end answers pings, and releases a port at once', async () => {
  const forced = await startSshd({ config: ['ForceCommand sleep 1000', 'MaxSessions 0'] });
  const opened = await open(forced);
  await opened.signOfLife(signal());
  assert.ok((await opened.ping(signal())) > 0);
  const bind = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  const listener = await opened.listenRemote(bind, (incoming) => incoming.reject(), signal());
  await listener.close();
  await assert.rejects(once(net.connect(listener.port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
  await opened.close();
  assert.deepEqual(await opened.closed, { kind: 'closed' });
  await forced.stop();
});

void test('closing ends the master and removes its folder', async () => {
  const folders = (): string[] => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('sshp-'));
  const earlier = folders();
  const opened = await open(sshd);
  const [folder] = folders().filter((name) => !earlier.includes(name));
  assert.ok(folder);
  await Promise.all([opened.close(), opened.close()]);
  assert.deepEqual(await opened.closed, { kind: 'closed' });
  await until('the folder is gone', () => !fs.existsSync(path.join(os.tmpdir(), folder)));
});

void test('what the server and ssh say during the login is shown, without the lines of -vv', async () => {
  const file = path.join(sshd.folder, 'banner');
  fs.writeFileSync(file, 'Authorised \u001B[31muse only\n');
  const own = await startSshd({ config: [`Banner ${file}`] });
  const prompts = script();
  const opened = await open(own, { prompts });
  assert.deepEqual(prompts.notices, ['Authorised \\033[31muse only']);
  await opened.close();
  await own.stop();
});

void test('the last words of the server are in the problem', async () => {
  const own = await startSshd({ config: ['MaxAuthTries 1'] });
  const config = fs.readFileSync(own.configFile, 'utf8').replace(/^ *IdentityFile.*\n/mu, '');
  const files = ['one', 'two'].map((name) => `  IdentityFile ${makeKey(own.folder, name)}\n`);
  fs.writeFileSync(own.configFile, `${config}${files.join('')}`);
  const problem = await problemOf(open(own));
  assert.ok('said' in problem && problem.code === 'authFailed');
  assert.equal(problem.said, 'Too many authentication failures');
  await own.stop();
});
