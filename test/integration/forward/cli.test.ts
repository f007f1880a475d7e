import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { start, stop } from '../../support/child.ts';
import { buildCli, type Cli, run as runProgram, type Running } from '../../support/cli.ts';
import { freePort } from '../../support/freePort.ts';
import { type Sshd, type SshdOptions, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { connect, ending, readAll, serve } from '../../unit/forward/loopback.ts';

let built: Cli;
before(async () => {
  built = await buildCli();
});
after(() => built.remove());

function run(t: TestContext, ...args: readonly string[]): Running {
  return runProgram(t, [process.execPath, built.program, ...args]);
}

async function server(t: TestContext, options: SshdOptions = {}): Promise<Sshd> {
  const sshd = await startSshd(options);
  t.after(() => sshd.stop());
  return sshd;
}

async function webServer(t: TestContext): Promise<number> {
  const { port } = await serve(t, (socket) => {
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nhello'));
  });
  return port;
}

async function curl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('curl', ['-sS', '--noproxy', '*', '--max-time', '20', ...args]);
  return stdout;
}

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

test('a signal before the first forward is no success', async (t) => {
  let isTried = false;
  const { port } = await serve(t, (socket) => {
    socket.on('data', (chunk: Buffer) => (isTried ||= chunk.toString().startsWith('SSH-'))); // It sends no answer.
  });
  const cli = run(t, '-F', 'none', '-N', '-p', String(port), '-L', `${await freePort()}:127.0.0.1:1`, '127.0.0.1');
  await until('the attempt', () => isTried);
  cli.child.kill('SIGTERM');
  assert.equal(await cli.status(), 255);
});

test('-N goes on after its standard error is closed', async (t) => {
  const sshd = await server(t);
  const [web, nobody, dead, alive] = [await webServer(t), await freePort(), await freePort(), await freePort()];
  const forwards = ['-L', `${dead}:127.0.0.1:${nobody}`, '-L', `${alive}:127.0.0.1:${web}`];
  const cli = run(t, '-F', sshd.configFile, '-N', ...forwards, 'devbox');
  await cli.says(new RegExp(`^forwarding .*:${alive}`, 'm'));
  cli.child.stderr?.destroy();
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.notEqual(await ending(connect(t, dead)), ''); // Each connection causes one message.
    assert.equal(await curl(`http://127.0.0.1:${alive}/`), 'hello');
  }
  cli.child.kill('SIGTERM');
  assert.equal(await cli.status(), 0);
});

test('-R with port 0 forwards from the port that the server chose', async (t) => {
  const sshd = await server(t);
  const web = await webServer(t);
  const cli = run(t, '-F', sshd.configFile, '-N', '-R', `0:localhost:${web}`, 'devbox');
  const [, port] = await cli.says(/^Allocated port (\d+) for remote forward to localhost:\d+$/m);
  await cli.says(/^forwarding remote /m);
  assert.equal(await curl(`http://127.0.0.1:${port}/`), 'hello');
});

test('-D and -R without a destination are SOCKS proxies', async (t) => {
  const sshd = await server(t);
  const web = await webServer(t);
  const port = await freePort();
  const cli = run(t, '-F', sshd.configFile, '-N', '-D', String(port), '-R', '0', 'devbox');
  const [, remotePort] = await cli.says(/^Allocated port (\d+) for remote forward to socks:0$/m);
  for (const scheme of ['socks4', 'socks4a', 'socks5', 'socks5h']) {
    for (const proxy of [port, remotePort]) {
      const stdout = await curl('--noproxy', '', '-x', `${scheme}://127.0.0.1:${proxy}`, `http://127.0.0.1:${web}/`);
      assert.equal(stdout, 'hello', `${scheme} through ${proxy}`);
    }
  }
});

test('SOCKS proxies require the user name and password of the environment', async (t) => {
  const sshd = await server(t);
  const web = await webServer(t);
  const port = await freePort();
  const env = { ...process.env, SSH_PORTS_SOCKS_USER: 'me', SSH_PORTS_SOCKS_PASSWORD: 'pässword:@' };
  const flags = ['-F', sshd.configFile, '-N', '-v', '-D', String(port), '-R', '0', 'devbox'];
  const cli = runProgram(t, [process.execPath, built.program, ...flags], env);
  const [, remotePort] = await cli.says(/^Allocated port (\d+) for remote forward to socks:0$/m);
  const get = (proxy: string): Promise<string> =>
    curl('--noproxy', '', '-x', proxy, `http://localhost:${web}/`).catch((error: Error) => error.message);
  for (const proxy of [port, remotePort]) {
    const secret = encodeURIComponent('pässword:@');
    assert.equal(await get(`socks5h://me:${secret}@127.0.0.1:${proxy}`), 'hello');
    assert.match(await get(`socks5h://me:wrong@127.0.0.1:${proxy}`), /rejected by the SOCKS5 server/);
    assert.match(await get(`socks5h://you:${secret}@127.0.0.1:${proxy}`), /rejected by the SOCKS5 server/);
    assert.match(await get(`socks5h://127.0.0.1:${proxy}`), /No authentication method was acceptable/);
    assert.match(await get(`socks4a://me@127.0.0.1:${proxy}`), /SOCKS4/);
  }
  assert.doesNotMatch(cli.said(), /ssword/);
});

for (const [command, mode, message] of [
  [{ SSH_PORTS_SOCKS_USER: 'me' }, '-N', /^Set both SSH_PORTS_SOCKS_USER and SSH_PORTS_SOCKS_PASSWORD, /],
  [{ SSH_PORTS_SOCKS_USER: 'me', SSH_PORTS_SOCKS_PASSWORD: '' }, '-N', /^Set both SSH_PORTS_SOCKS_USER and /],
  [
    { SSH_PORTS_SOCKS_USER: 'me', SSH_PORTS_SOCKS_PASSWORD: 'secret' },
    '-v',
    /^SSH_PORTS_SOCKS_USER works only with -N\. /,
  ],
] as const) {
  test(`${JSON.stringify(command)} with ${mode} opens no proxy`, async (t) => {
    const args = [process.execPath, built.program, '-F', 'none', mode, '-D', String(await freePort()), '127.0.0.1'];
    const cli = runProgram(t, args, { ...process.env, ...command });
    assert.equal(await cli.status(), 255);
    assert.match(cli.said(), message);
  });
}

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

test('-q prints errors of the command line only, as ssh does', async (t) => {
  const sshd = await server(t, { config: ['PermitListen 127.0.0.1:1'] });
  for (const [flags, isSaid] of [
    [['-F', sshd.configFile, '-oExitOnForwardFailure=yes', '-L', '192.0.2.1:8000:localhost:1', 'devbox'], false],
    [['-F', sshd.configFile, '-oExitOnForwardFailure=yes', '-R', '8022:localhost:1', 'devbox'], false],
    [['-F', 'none', '-p', '1', '127.0.0.1'], false],
    [['-F', 'none', '-oBogus=1', '127.0.0.1'], true],
    [['-F', 'none', '-L', 'x', '127.0.0.1'], true],
  ] as const) {
    for (const program of [['ssh'], [process.execPath, built.program]]) {
      const running = runProgram(t, [...program, '-qN', ...flags]);
      assert.equal(await running.status(), 255);
      assert.equal(running.said() !== '', isSaid, `${program.at(-1)} ${flags.join(' ')}: ${running.said()}`);
    }
  }
});

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

test('1 GB for a stalled reader costs the program less than 64 MB', async (t) => {
  const sshd = await server(t);
  const chunk = Buffer.alloc(1024 * 1024);
  const { port: source } = await serve(t, (socket) => {
    socket.once('data', (wish) => {
      let left = Number(wish.toString());
      const more = (): void => {
        while (left > 0 && !socket.destroyed) {
          left--;
          if (!socket.write(chunk)) return;
        }
        socket.end();
      };
      socket.on('drain', more);
      more();
    });
  });
  const port = await freePort();
  const cli = run(t, '-F', sshd.configFile, '-N', '-L', `${port}:127.0.0.1:${source}`, 'devbox');
  await cli.says(/^forwarding /m);
  const download = async (): Promise<number> => {
    const client = connect(t, port);
    client.write('64');
    let bytes = 0;
    for await (const part of client) bytes += (part as Buffer).length;
    return bytes;
  };
  const memory = (): number => {
    const status = fs.readFileSync(`/proc/${cli.child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  };
  await download();
  const usual = memory();
  const stopped = connect(t, port).pause();
  stopped.write('1024');
  assert.equal(await download(), 64 * chunk.length);
  assert.ok(memory() - usual < 64, `${usual} MB became ${memory()} MB`);
});

for (const [transport, config] of [
  ['built-in', []],
  ['OpenSSH', ['KexAlgorithms sntrup761x25519-sha512@openssh.com']],
] as const) {
  test(`a lack of file descriptors does not end the connection, with the ${transport} transport`, async (t) => {
    const sshd = await server(t, { config });
    const { port: echo } = await serve(t, (socket) => socket.pipe(socket));
    const port = await freePort();
    const forward = ['-F', sshd.configFile, '-N', '-L', `${port}:127.0.0.1:${echo}`, 'devbox'];
    const few = 'ulimit -n 64; exec "$0" "$@"';
    const cli = runProgram(t, ['bash', '-c', few, process.execPath, built.program, ...forward]);
    await cli.says(/^forwarding /m);
    const clients = Array.from({ length: 100 }, () => connect(t, port));
    for (const client of clients) client.write('x');
    await Promise.all(clients.map((client) => Promise.race([once(client, 'data'), ending(client)])));
    for (const client of clients) client.destroy();
    const again = async (): Promise<boolean> => {
      const client = connect(t, port);
      client.end('again');
      return (await readAll(client).catch(String)).toString() === 'again';
    };
    await until('it forwards again', again);
    assert.doesNotMatch(cli.said(), /is lost/u);
  });
}

test('a lost connection ends the program with status 255', async (t) => {
  const sshd = await server(t);
  const port = await freePort();
  const cli = run(t, '-F', sshd.configFile, '-N', '-L', `${port}:localhost:1`, 'devbox');
  await cli.says(/^forwarding /m);
  await sshd.kill();
  assert.equal(await cli.status(), 255);
  assert.match(cli.said(), /^Connection to 127\.0\.0\.1 closed by remote host\./m);
});

test('an unknown host key with BatchMode ends with status 255 and opens no forward', async (t) => {
  const sshd = await server(t);
  const none = ['-o', 'UserKnownHostsFile=/dev/null', '-o', 'StrictHostKeyChecking=ask', '-o', 'BatchMode=yes'];
  const cli = run(t, ...none, '-F', sshd.configFile, '-N', '-L', '0.0.0.0:8000:localhost:1', 'devbox');
  assert.equal(await cli.status(), 255);
  assert.match(cli.said(), /Host key verification failed\.\n$/);
});

const ends: readonly (readonly [readonly string[], RegExp])[] = [
  [['-N', '-Z', 'devbox'], /^unknown option -- Z\nusage: /],
  [['-N'], /^usage: /],
  [['-N', '-p', 'x', 'devbox'], /^Bad port 'x'\n$/],
  [['-N', '-L', 'x', 'devbox'], /^Bad forwarding specification 'x'/],
  [['-N', '-F', '/nonexistent/file', 'devbox'], /^Can't open user config file \/nonexistent\/file: /],
  [['-N', '-F', 'none', '-p', '1', '127.0.0.1'], /^ssh: connect to host 127\.0\.0\.1 port 1: Connection refused\n$/],
  [['-N', '-F', 'none', 'no-such-host.invalid'], /^ssh: Could not resolve hostname no-such-host\.invalid: /],
  [['-N', '-F', 'none', '-o', 'Bogus=1', 'devbox'], /bogus/],
  [['-fN', 'devbox'], /^ssh-ports does not support -f\. /],
];

for (const [args, message] of ends) {
  test(`${args.join(' ')} ends with status 255 and prints the reason`, async (t) => {
    const cli = run(t, ...args);
    assert.equal(await cli.status(), 255);
    assert.match(cli.said(), message);
  });
}

test('-G prints what ssh -G prints', () => {
  const key = path.join(built.folder, 'a key');
  fs.writeFileSync(key, '');
  const flags = ['-F', 'none', '-l', 'me', '-J', 'jump', '-i', key, '-C', '-g', '-4', '-6', '-D', '1080'];
  const args = ['-G', ...flags, '-L', '8000:[::1]:80', '-R', '1:0:0:22', 'devbox'];
  const lines = (command: string, words: readonly string[]): readonly string[] =>
    spawnSync(command, words, { encoding: 'utf8', timeout: 10_000 }).stdout.split('\n').sort();
  assert.deepEqual(lines(process.execPath, [built.program, ...args]), lines('ssh', args));
});

test('the terminal asks about an unknown host key, and the answer yes is remembered', async (t) => {
  const sshd = await server(t);
  const known = path.join(sshd.folder, 'known_by_person');
  const options = `-o UserKnownHostsFile=${known} -o StrictHostKeyChecking=ask -L ${await freePort()}:localhost:1`;
  const command = `${process.execPath} ${built.program} -F ${sshd.configFile} -N ${options} devbox`;
  // script(1) gives the program a terminal, and types into it what we write.
  const terminal = start('script', ['-qefc', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
  t.after(() => stop(terminal));
  let shown = '';
  terminal.stdout?.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  await until('the question', () => shown.includes('(yes/no/[fingerprint])? '));
  terminal.stdin?.write('maybe\r');
  await until('the question again', () => shown.includes("Please type 'yes', 'no' or the fingerprint: "));
  terminal.stdin?.write('yex\x7fs\r');
  await until('the forward', () => shown.includes('forwarding '));
  assert.match(fs.readFileSync(known, 'utf8'), /ssh-ed25519 /);
});

test('the terminal asks for a passphrase without echo', async (t) => {
  const sshd = await server(t);
  const key = path.join(sshd.folder, 'locked');
  fs.copyFileSync(sshd.keyFile, key);
  fs.chmodSync(key, 0o600);
  spawnSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', key], { timeout: 10_000 });
  const options = `-i ${key} -L ${await freePort()}:localhost:1`;
  const config = path.join(sshd.folder, 'config_without_key');
  fs.writeFileSync(config, fs.readFileSync(sshd.configFile, 'utf8').replace(/^.*IdentityFile.*$/m, ''));
  const command = `${process.execPath} ${built.program} -F ${config} -N ${options} devbox`;
  const terminal = start('script', ['-qefc', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
  t.after(() => stop(terminal));
  let shown = '';
  terminal.stdout?.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  await until('the question', () => shown.includes(`Enter passphrase for key '${key}': `));
  terminal.stdin?.write('open sesame\r');
  await until('the forward', () => shown.includes('forwarding '));
  assert.doesNotMatch(shown, /sesame/);
});
