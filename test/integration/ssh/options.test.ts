import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import type { Connection } from '../../../src/core/ssh/connection.ts';
import { startAgent } from '../../support/agent.ts';
import { freePort } from '../../support/freePort.ts';
import { hostConfig, sshdConfig } from '../../support/hostConfig.ts';
import { connectTo, problemOf } from '../../support/ssh.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

let sshd: Sshd;
before(async () => {
  sshd = await startSshd({ config: ['AcceptEnv SENT_*', 'LogLevel DEBUG1'] });
});
after(() => sshd.stop());

async function output(connection: Connection, command: string): Promise<string> {
  const channel = await connection.exec(command, AbortSignal.timeout(20_000));
  return text(channel.stdout);
}

void test('SetEnv and SendEnv variables arrive if the server accepts them, and a refusal has no other effect', async () => {
  const env = { SENT_ONE: 'a b', SENT_TWO: 'ü', REFUSED: 'x' };
  const connection = await connectTo(sshdConfig(sshd, { env }));
  assert.equal(await output(connection, 'echo "$SENT_ONE|$SENT_TWO|$REFUSED"'), 'a b|ü|\n');
  await connection.close();
});

for (const compression of [true, false]) {
  void test(`Compression ${compression ? 'yes' : 'no'} decides whether the server compresses`, async () => {
    const earlier = sshd.log().length;
    const connection = await connectTo(sshdConfig(sshd, { compression }));
    assert.equal(await output(connection, 'echo through'), 'through\n');
    assert.equal(sshd.log().slice(earlier).includes('compression: zlib@openssh.com'), compression);
    await connection.close();
  });
}

void test('AddressFamily inet6 uses IPv6 addresses only', async () => {
  const six = await startSshd({ address: '::1' });
  fs.writeFileSync(six.knownHostsFile, fs.readFileSync(six.knownHostsFile, 'utf8').replace('::1', 'six'));
  const config = sshdConfig(six, { hostKeyAlias: `[six]:${six.port}`, addressFamily: 'inet6' });
  const connection = await connectTo({ ...config, hostName: '::1' });
  assert.match(await output(connection, 'echo $SSH_CONNECTION'), /^::1 /);
  await connection.close();
  assert.equal((await problemOf(connectTo({ ...config, hostName: '127.0.0.1' }))).code, 'dnsFailed');
  await six.stop();
});

void test('BindAddress is the source address of the connection', async () => {
  const connection = await connectTo(sshdConfig(sshd, { bindAddress: '127.0.0.9' }));
  assert.match(await output(connection, 'echo $SSH_CONNECTION'), /^127\.0\.0\.9 /);
  await connection.close();
});

for (const [name, known] of [
  ['localhost', true],
  ['127.1', true],
  [os.hostname(), undefined],
  ['no-such-name.invalid', false],
  ['192.0.2.1', false],
  ['::1', false],
  [`${'x'.repeat(300)}.example`, false],
] as const) {
  void test(`BindAddress ${name.slice(0, 20)} connects exactly if it does with ssh`, async () => {
    const ssh = spawnSync('ssh', ['-F', sshd.configFile, '-o', `BindAddress=${name}`, 'devbox', 'true'], {
      encoding: 'utf8',
    });
    if (known !== undefined) assert.equal(ssh.status === 0, known, ssh.stderr);
    const attempt = connectTo(sshdConfig(sshd, { bindAddress: name }));
    if (ssh.status === 0) await (await attempt).close();
    else assert.equal((await problemOf(attempt)).code, 'bindFailed');
  });
}

void test('ConnectionAttempts retries until the server listens', async () => {
  const port = await freePort();
  assert.equal((await problemOf(connectTo(hostConfig({ port })))).code, 'connectionRefused');
  // The server starts later, so its key cannot be known yet.
  const attempt = connectTo(hostConfig({ port, connectionAttempts: 30, strictHostKeyChecking: 'no' }));
  const failure = problemOf(attempt);
  const late = await startSshd({ port });
  // No key may log in there, so a failed login proves that the server was reached.
  assert.equal((await failure).code, 'authFailed');
  await late.stop();
});

for (const tcpKeepAlive of [true, false]) {
  void test(`TCPKeepAlive ${tcpKeepAlive ? 'yes' : 'no'}: the socket ${tcpKeepAlive ? 'has' : 'has no'} keep-alive timer`, async (t) => {
    if (process.platform !== 'linux') return t.skip('/proc is Linux alone');
    const connection = await connectTo(sshdConfig(sshd, { tcpKeepAlive }));
    // proc(5) /proc/net/tcp: the timer that is active; 2 is keep-alive, 1 a packet that waits for its acknowledgement.
    const timers = (): readonly string[] =>
      fs
        .readFileSync('/proc/net/tcp', 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(
          ([, , remote = '', state]) => Number.parseInt(remote.split(':')[1] ?? '', 16) === sshd.port && state === '01',
        )
        .map(([, , , , , timer = '']) => timer.slice(0, 2));
    await until('the line is quiet', () => timers().join() === (tcpKeepAlive ? '02' : '00'));
    await connection.close();
    return undefined;
  });
}

for (const isAllowed of [true, false]) {
  void test(`ForwardAgent ${isAllowed ? 'lends the agent to the session' : 'harms nothing if the server refuses it'}`, async () => {
    const server = await startSshd({ config: [`AllowAgentForwarding ${isAllowed ? 'yes' : 'no'}`] });
    const agent = await startAgent();
    agent.add(server.keyFile);
    const connection = await connectTo(sshdConfig(server, { forwardAgent: true, identityAgent: agent.socket }));
    const listed = await output(connection, 'ssh-add -l 2>&1; echo done');
    assert.equal(/id_ed25519 \(ED25519\)/.test(listed), isAllowed, listed);
    assert.match(listed, /done\n$/);
    await connection.close();
    await agent.stop();
    await server.stop();
  });
}
