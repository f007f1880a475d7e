import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { stop } from '../../support/child.ts';
import { run as runProgram } from '../../support/cli.ts';
import { freePort } from '../../support/freePort.ts';
import { until } from '../../support/until.ts';
import { connect, ending, readAll } from '../../unit/forward/loopback.ts';
import { curl, server, webServer } from './remote.ts';
import { useCli } from './useCli.ts';

const { run } = useCli();

async function taken(t: TestContext): Promise<number> {
  const listener = net.createServer().listen(0, '127.0.0.1');
  t.after(() => listener.close());
  await once(listener, 'listening');
  return (listener.address() as net.AddressInfo).port;
}

test('-N -L accepts once it prints its ready line, and SIGTERM ends it with status 0 and a free port', async (t) => {
  const sshd = await server(t);
  const web = await webServer(t);
  const port = await freePort();
  const cli = run(t, '-F', sshd.configFile, '-N', '-L', `${port}:localhost:${web}`, 'devbox');
  await cli.says(/^forwarding 127\.0\.0\.1:\d+, \[::1\]:\d+ to localhost:\d+$/m);
  assert.equal(await curl(`http://127.0.0.1:${port}/`), 'hello');
  assert.equal(await curl(`http://[::1]:${port}/`), 'hello');
  cli.child.kill('SIGTERM');
  assert.equal(await cli.status(), 0);
  assert.equal(await ending(connect(t, port)), 'ECONNREFUSED');
});

test('-R with port 0 forwards from the port that the server chose', async (t) => {
  const sshd = await server(t);
  const web = await webServer(t);
  const cli = run(t, '-F', sshd.configFile, '-N', '-R', `0:localhost:${web}`, 'devbox');
  const [, port] = await cli.says(/^Allocated port (\d+) for remote forward to localhost:\d+$/m);
  await cli.says(/^forwarding remote /m);
  assert.equal(await curl(`http://127.0.0.1:${port}/`), 'hello');
});

test('Unix sockets on both sides have the mask of the configuration, and are removed at the end', async (t) => {
  const sshd = await server(t);
  const there = path.join(sshd.folder, 'server');
  const here = path.join(sshd.folder, 'here');
  const listener = net.createServer((socket) => socket.end('hello')).listen(there);
  t.after(() => listener.close());
  const mask = ['-o', 'StreamLocalBindMask=0117'];
  const cli = run(t, '-F', sshd.configFile, ...mask, '-N', '-L', `${here}:${there}`, 'devbox');
  await cli.says(/^forwarding /m);
  assert.equal(fs.statSync(here).mode & 0o777, 0o660);
  assert.equal((await readAll(net.connect(here))).toString(), 'hello');
  cli.child.kill('SIGINT');
  assert.equal(await cli.status(), 255); // As with ssh.
  assert.equal(fs.existsSync(here), false);
});

test('a local port in use ends the program with ExitOnForwardFailure, and else only that forward', async (t) => {
  const sshd = await server(t);
  const web = await webServer(t);
  const [busy, port] = [await taken(t), await freePort()];
  const args = [
    '-F',
    sshd.configFile,
    '-N',
    '-L',
    `${busy}:localhost:${web}`,
    '-L',
    `${port}:localhost:${web}`,
    'devbox',
  ];
  const strict = run(t, '-o', 'ExitOnForwardFailure=yes', ...args);
  assert.equal(await strict.status(), 255);
  assert.match(strict.said(), /Address already in use[^\n]*\n.*\nCould not request local forwarding\.\n$/);
  const lenient = run(t, ...args);
  await lenient.says(/^forwarding .*\n/m);
  assert.equal(await curl(`http://127.0.0.1:${port}/`), 'hello');
});

for (const rule of ['AllowTcpForwarding no', 'PermitListen 127.0.0.1:1']) {
  test(`${rule}: a refused remote forward is a warning, and ends the program with ExitOnForwardFailure`, async (t) => {
    const sshd = await server(t, { config: [rule] });
    const args = ['-F', sshd.configFile, '-N', '-R', '8022:localhost:22', 'devbox'];
    const lenient = run(t, ...args);
    await lenient.says(/^Warning: remote port forwarding failed for listen port 8022$/m);
    assert.equal(lenient.child.exitCode, null);
    const strict = run(t, '-o', 'ExitOnForwardFailure=yes', ...args);
    assert.equal(await strict.status(), 255);
    assert.match(strict.said(), /^Error: remote port forwarding failed for listen port 8022$/m);
  });
}

for (const rule of ['AllowTcpForwarding no', 'AllowTcpForwarding remote', 'PermitOpen 127.0.0.1:1']) {
  test(`${rule}: a local connection is reset, its reason printed, and the forward goes on`, async (t) => {
    const sshd = await server(t, { config: [rule] });
    const port = await freePort();
    const cli = run(t, '-F', sshd.configFile, '-N', '-L', `${port}:127.0.0.1:${sshd.port}`, 'devbox');
    await cli.says(/^forwarding /m);
    for (let i = 0; i < 2; i++) assert.equal(await ending(connect(t, port)), 'ECONNRESET');
    await cli.says(/open failed: administratively prohibited/);
  });
}

test('GatewayPorts yes, or -g, shares a forward without a bind address, and not one with localhost', async (t) => {
  const sshd = await server(t);
  const web = await webServer(t);
  const [open, closed] = [await freePort(), await freePort()];
  const forwards = ['-L', `${open}:localhost:${web}`, '-L', `localhost:${closed}:localhost:${web}`];
  const cli = run(t, '-F', sshd.configFile, '-gN', ...forwards, 'devbox');
  await cli.says(/^forwarding .*\nforwarding .*\n/m);
  assert.equal(await curl(`http://127.0.0.2:${open}/`), 'hello');
  assert.equal(await ending(connect(t, closed, '127.0.0.2')), 'ECONNREFUSED');
});

for (const [flags, bound] of [
  ['-4', '127.0.0.1:PORT'],
  ['-4g', '0.0.0.0:PORT'],
  ['-oAddressFamily=inet', '127.0.0.1:PORT'],
] as const) {
  test(`${flags} listens in one address family only, as ssh does`, async (t) => {
    const sshd = await server(t);
    const port = await freePort();
    const args = ['-F', sshd.configFile, flags, '-N', '-L', `${port}:localhost:1`, 'devbox'];
    const cli = run(t, ...args);
    await cli.says(new RegExp(`^forwarding ${bound.replace('PORT', String(port))} to localhost:1$`, 'm'));
    assert.equal(await ending(connect(t, port, '::1')), 'ECONNREFUSED');
    cli.child.kill('SIGTERM');
    await cli.status();
    const ssh = runProgram(t, ['ssh', ...args]);
    await until('ssh listens', async () => (await ending(connect(t, port))) !== 'ECONNREFUSED');
    assert.equal(await ending(connect(t, port, '::1')), 'ECONNREFUSED');
    await stop(ssh.child);
  });
}

test('forwards of the configuration are opened too, and ClearAllForwardings removes all', async (t) => {
  const web = await webServer(t);
  const [own, given] = [await freePort(), await freePort()];
  const sshd = await server(t, { clientConfig: [`LocalForward ${own} localhost:${web}`] });
  const args = ['-F', sshd.configFile, '-N', '-L', `${given}:localhost:${web}`, 'devbox'];
  const both = run(t, ...args);
  await both.says(/^forwarding .*\nforwarding .*\n/m);
  assert.equal(await curl(`http://127.0.0.1:${own}/`), 'hello');
  assert.equal(await curl(`http://127.0.0.1:${given}/`), 'hello');
  both.child.kill('SIGTERM');
  await both.status();
  const none = run(t, '-v', '-o', 'ClearAllForwardings=yes', ...args);
  await none.says(/logged in as/);
  none.child.kill('SIGTERM');
  assert.equal(await none.status(), 0);
  assert.doesNotMatch(none.said(), /^forwarding /m);
});
