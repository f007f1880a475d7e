import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { text } from 'node:stream/consumers';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import type { Problem } from '../../../../src/core/problem.ts';
import { problemText } from '../../../../src/view/problem.ts';
import type { Destination } from '../../../../src/core/spec/destination.ts';
import { delayedPort } from '../../../support/delay.ts';
import { freePort } from '../../../support/freePort.ts';
import { hostConfig, sshdConfig } from '../../../support/hostConfig.ts';
import { authorize, makeKey } from '../../../support/keys.ts';
import { connectTo, memoryLog, problemOf, script } from '../../../support/ssh.ts';
import { descendants, type Sshd, startSshd } from '../../../support/sshd.ts';
import { until } from '../../../support/until.ts';

let sshd: Sshd;
let first: Sshd;
let second: Sshd;
before(async () => {
  [sshd, first, second] = await Promise.all([startSshd(), startSshd(), startSshd()]);
});
after(async () => {
  await Promise.all([sshd.stop(), first.stop(), second.stop()]);
});

const signal = (): AbortSignal => AbortSignal.timeout(20_000);
const jump = (...hosts: readonly string[]): Partial<HostConfig> => ({
  proxy: { kind: 'jump', hops: hosts.map((host) => ({ host })) },
});
/** Each hop has its own key and its own known_hosts. */
const resolveHop = async ({ host }: Destination): Promise<HostConfig> =>
  sshdConfig(host === 'first' ? first : second, { name: host });

async function server(onSocket: (socket: net.Socket) => void): Promise<{ port: number; close: () => void }> {
  const sockets = new Set<net.Socket>();
  const listener = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onSocket(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  };
  return { port: (listener.address() as AddressInfo).port, close };
}

void test('a chain of two jump hosts carries a command, each hop with its own keys', async () => {
  const connection = await connectTo(sshdConfig(sshd, jump('first', 'second')), { resolveHop });
  assert.deepEqual(connection.facts.via, ['first', 'second']);
  const channel = await connection.exec('echo $SSH_CONNECTION', signal());
  assert.match(await text(channel.stdout), new RegExp(` ${sshd.port}\n$`));
  assert.match(first.log(), /Accepted publickey/);
  assert.match(second.log(), /Accepted publickey/);
  await connection.close();
  for (const hop of [first, second, sshd]) {
    await until('the session is over', () => descendants(hop.process().pid).length === 0);
  }
});

void test('a jump host that dies ends the connection', async () => {
  const hop = await startSshd();
  const connection = await connectTo(sshdConfig(sshd, jump('hop')), {
    resolveHop: async () => sshdConfig(hop, { name: 'hop' }),
  });
  await hop.kill();
  const end = await connection.closed;
  assert.equal(end.kind, 'lost');
  await hop.stop();
});

void test('the problem names the hop that failed', async () => {
  const problem = await problemOf(
    connectTo(sshdConfig(sshd, jump('first')), {
      resolveHop: async () =>
        sshdConfig(first, { name: 'first', identityFiles: [], preferredAuthentications: ['publickey'] }),
    }),
  );
  assert.deepEqual(
    { ...problem, accepted: [] },
    { code: 'authFailed', host: 'first', user: first.user, tried: [], accepted: [] },
  );
});

void test('an unreachable destination is reported apart from an unreachable jump host', async () => {
  const config = hostConfig({ port: await freePort(), ...jump('first') });
  const problem = await problemOf(connectTo(config, { resolveHop }));
  assert.equal(problem.code, 'jumpFailed');
  const { what } = problemText(problem as Problem);
  assert.match(what, /^The jump host first did not reach devbox \(Connection refused\)\.$/u);
  assert.equal('via' in problem && problem.via, 'first');
  await until('the hop is closed', () => descendants(first.process().pid).length === 0);
});

void test('a jump host that jumps through itself ends with a problem', async () => {
  const itself = async (): Promise<HostConfig> => sshdConfig(first, { name: 'loop', ...jump('loop') });
  assert.equal((await problemOf(connectTo(await itself(), { resolveHop: itself }))).code, 'jumpFailed');
});

void test('a ProxyCommand carries the connection, and it and its descendants end with the connection', async () => {
  const relay = `sleep 612.34 & exec ${JSON.stringify(process.execPath)} -e ${JSON.stringify(
    `const s = require('net').connect(${sshd.port}, '127.0.0.1'); process.stdin.pipe(s); s.pipe(process.stdout)`,
  )}`;
  const log = memoryLog();
  const config = sshdConfig(sshd, { proxy: { kind: 'command', command: relay } });
  const asked: string[] = [];
  const connection = await connectTo(config, { log, allowCommand: async (asking) => (asked.push(asking), true) });
  assert.deepEqual(asked, [relay]);
  const channel = await connection.exec('echo through', signal());
  assert.equal(await text(channel.stdout), 'through\n');
  await connection.close();
  const processes = (): string => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  await until('the proxy and its family are gone', () => !/612[.]34|process.stdin.pipe/.test(processes()));
});

/** A ProxyCommand through `first` with the system's ssh, which must ask about the host key and for a passphrase. */
function throughGate(keyName: string): HostConfig {
  const key = makeKey(first.folder, keyName, '-N', 'correct horse', '-a', '4');
  authorize(path.join(first.folder, 'authorized_keys'), key);
  const options = [
    `IdentityFile=${key}`,
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'StrictHostKeyChecking=ask',
    `UserKnownHostsFile=${path.join(first.folder, `${keyName}_hosts`)}`,
  ];
  const flags = options.map((option) => `-o ${option}`).join(' ');
  const command = `ssh -F none ${flags} -p ${first.port} -l ${first.user} -W 127.0.0.1:${sshd.port} 127.0.0.1`;
  return sshdConfig(sshd, { proxy: { kind: 'command', command } });
}

void test('a question of the ssh in a ProxyCommand reaches the person and nobody else', async () => {
  const log = memoryLog();
  const prompts = script({ secret: ({ kind }) => (kind === 'passphrase' ? 'correct horse' : 'yes') });
  const connection = await connectTo(throughGate('asked'), { prompts, log, allowCommand: async () => true });
  const channel = await connection.exec('echo through', signal());
  assert.equal(await text(channel.stdout), 'through\n');
  await connection.close();
  const [hostKey, passphrase, ...more] = prompts.secrets;
  assert.ok(hostKey?.kind === 'keyboardInteractive' && hostKey.echo, hostKey?.kind);
  assert.match(hostKey.prompt, /can't be established[^]*SHA256:[^]*\(yes\/no/);
  assert.deepEqual(passphrase?.kind, 'passphrase');
  assert.deepEqual(more, []);
  assert.ok(!log.lines.join('\n').includes('horse'));
});

void test("cancelling a ProxyCommand's question ends the login without further questions", async () => {
  const prompts = script({ secret: () => undefined });
  const problem = await problemOf(connectTo(throughGate('cancelled'), { prompts, allowCommand: async () => true }));
  assert.deepEqual(problem, { code: 'cancelled' });
  assert.equal(prompts.secrets.length, 1);
});

void test('a ProxyCommand without consent is not run', async () => {
  const marker = path.join(sshd.folder, 'ran');
  const command = `touch ${marker}`;
  const config = hostConfig({ proxy: { kind: 'command', command } });
  assert.deepEqual(await problemOf(connectTo(config)), { code: 'commandNotAllowed', command });
});

void test('the problem of a failed ProxyCommand contains its message', async () => {
  const command = "sh -c 'echo cannot reach the bastion >&2; exit 7'";
  const config = hostConfig({ proxy: { kind: 'command', command } });
  const problem = await problemOf(connectTo(config, { allowCommand: async () => true }));
  assert.deepEqual(problem, { code: 'proxyFailed', host: 'devbox', command, detail: 'cannot reach the bastion' });
});

void test('with an empty SHELL, the ProxyCommand runs in /bin/sh', async (t) => {
  const shell = process.env['SHELL'];
  process.env['SHELL'] = '';
  t.after(() => (shell === undefined ? delete process.env['SHELL'] : (process.env['SHELL'] = shell)));
  const config = hostConfig({ proxy: { kind: 'command', command: "sh -c 'echo it runs >&2; exit 7'" } });
  const problem = await problemOf(connectTo(config, { allowCommand: async () => true }));
  assert.deepEqual(problem, { ...problem, code: 'proxyFailed', detail: 'it runs' });
});

void test('a refused connection names address and port', async () => {
  const port = await freePort();
  assert.deepEqual(await problemOf(connectTo(hostConfig({ port }))), {
    code: 'connectionRefused',
    host: 'devbox',
    address: '127.0.0.1',
    port,
  });
});

void test('a name with both address families connects on the one that answers', async () => {
  const connection = await connectTo(
    sshdConfig(sshd, { hostName: 'localhost', hostKeyAlias: `[127.0.0.1]:${sshd.port}` }),
  );
  await connection.close();
});

void test('a name that does not resolve is a DNS problem', async () => {
  const config = hostConfig({ hostName: 'no-such-host.invalid' });
  assert.deepEqual(await problemOf(connectTo(config)), {
    code: 'dnsFailed',
    host: 'devbox',
    hostName: 'no-such-host.invalid',
  });
});

void test('an address of another family than AddressFamily allows is not tried', async () => {
  const problem = await problemOf(connectTo(hostConfig({ hostName: '::1', addressFamily: 'inet' })));
  assert.equal(problem.code, 'dnsFailed');
});

void test('the first line of a server that is not SSH is quoted', async () => {
  const web = await server((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  assert.deepEqual(await problemOf(connectTo(hostConfig({ port: web.port }))), {
    code: 'handshakeEnded',
    host: 'devbox',
    detail: 'HTTP/1.1 400 Bad Request',
  });
  web.close();
});

void test('a server that closes at once is reported as an ended handshake', async () => {
  const shy = await server((socket) => socket.destroy());
  assert.equal((await problemOf(connectTo(hostConfig({ port: shy.port })))).code, 'handshakeEnded');
  shy.close();
});

void test('a silent server times out in the handshake', async () => {
  const silent = await server(() => undefined);
  const problem = await problemOf(connectTo(hostConfig({ port: silent.port, connectTimeoutMs: 200 })));
  assert.deepEqual(problem, { code: 'timeout', host: 'devbox', phase: 'handshake' });
  silent.close();
});

void test('ConnectTimeout covers the wait for the server’s version, not the key exchange', async () => {
  const far = await delayedPort(sshd.port, 800);
  const changes = { port: far.port, hostKeyAlias: `[127.0.0.1]:${sshd.port}`, connectTimeoutMs: 1000 };
  const connection = await connectTo(sshdConfig(sshd, changes));
  await connection.close();
  far.close();
});

void test("without a common algorithm, the problem lists the server's algorithms", async () => {
  const modern = await startSshd({ config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] });
  assert.deepEqual(await problemOf(connectTo(sshdConfig(modern))), {
    code: 'noCommonAlgorithm',
    host: 'devbox',
    what: 'kex',
    server: ['sntrup761x25519-sha512@openssh.com'],
  });
  await modern.stop();
});

void test('the configured cipher is used', async () => {
  const connection = await connectTo(sshdConfig(sshd, { ciphers: 'aes256-ctr', macs: 'hmac-sha2-512' }));
  assert.equal(connection.facts.cipher, 'aes256-ctr');
  await connection.close();
});

void test('a server with hmac-sha1 as its only MAC is reached by default', async () => {
  const old = await startSshd({ config: ['Ciphers aes128-ctr', 'MACs hmac-sha1'] });
  const connection = await connectTo(sshdConfig(old));
  assert.equal(connection.facts.cipher, 'aes128-ctr');
  await connection.close();
  await old.stop();
});

void test("a large Diffie-Hellman group of the server's choice works, also at a rekey", async () => {
  const config = ['KexAlgorithms diffie-hellman-group-exchange-sha256', 'Ciphers aes256-ctr'];
  const choosing = await startSshd({ config });
  const connection = await connectTo(sshdConfig(choosing, { rekeyLimitBytes: 100_000 }));
  const channel = await connection.exec('head -c 300000 /dev/zero | tr "\\0" x', signal());
  assert.equal((await text(channel.stdout)).length, 300_000);
  await connection.close();
  await choosing.stop();
});

void test('compression works when configured', async () => {
  const connection = await connectTo(sshdConfig(sshd, { compression: true }));
  const channel = await connection.exec('head -c 3000000 /dev/zero | tr "\\0" x', signal());
  assert.equal((await text(channel.stdout)).length, 3_000_000);
  await connection.close();
});

void test('RSA host keys are accepted with their newer signatures', async () => {
  const rsa = makeKey(sshd.folder, 'host_rsa', '-t', 'rsa');
  const old = await startSshd({ config: [`HostKey ${rsa}`] });
  const config = sshdConfig(old, {
    hostKeyAlgorithms: 'rsa-sha2-512',
    strictHostKeyChecking: 'ask',
    userKnownHostsFiles: [],
  });
  const connection = await connectTo(config, { prompts: script({ hostKey: () => 'once' }) });
  assert.equal(connection.facts.hostKey, 'rsa-sha2-512');
  await connection.close();
  await old.stop();
});

void test('an aborted attempt leaves nothing open', async () => {
  const silent = await server(() => undefined);
  const stop = new AbortController();
  const attempt = connectTo(hostConfig({ port: silent.port }), {}, stop.signal);
  setImmediate(() => stop.abort(new Error('given up')));
  await assert.rejects(attempt, /given up/);
  silent.close();
});

void test('an IPv6 address with a numeric zone is reached, as with ssh', async (t) => {
  const six = await startSshd({ address: '::1' });
  t.after(() => six.stop());
  const index = fs.readFileSync('/sys/class/net/lo/ifindex', 'utf8').trim();
  const hostKeyAlias = `[::1]:${six.port}`;
  const options = [`HostName=::1%%${index}`, `HostKeyAlias=${hostKeyAlias}`, 'BatchMode=yes'];
  const flags = options.flatMap((option) => ['-o', option]);
  assert.equal(spawnSync('ssh', ['-F', six.configFile, ...flags, 'devbox', 'true'], { timeout: 20_000 }).status, 0);
  await (await connectTo(sshdConfig(six, { hostName: `::1%${index}`, hostKeyAlias }))).close();
});
