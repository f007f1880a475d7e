import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { run as runProgram } from '../../support/cli.ts';
import { freePort } from '../../support/freePort.ts';
import { until } from '../../support/until.ts';
import { connect, ending, serve } from '../../unit/forward/loopback.ts';
import { curl, server, webServer } from './remote.ts';
import { useCli } from './useCli.ts';

const { built, run } = useCli();

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

test('-q prints errors of the command line only, as ssh does', async (t) => {
  const sshd = await server(t, { config: ['PermitListen 127.0.0.1:1'] });
  for (const [flags, isSaid] of [
    [['-F', sshd.configFile, '-oExitOnForwardFailure=yes', '-L', '192.0.2.1:8000:localhost:1', 'devbox'], false],
    [['-F', sshd.configFile, '-oExitOnForwardFailure=yes', '-R', '8022:localhost:1', 'devbox'], false],
    [['-F', 'none', '-p', '1', '127.0.0.1'], false],
    [['-F', 'none', '-oBogus=1', '127.0.0.1'], true],
    [['-F', 'none', '-L', 'x', '127.0.0.1'], true],
  ] as const) {
    for (const program of [['ssh'], [process.execPath, built().program]]) {
      const running = runProgram(t, [...program, '-qN', ...flags]);
      assert.equal(await running.status(), 255);
      assert.equal(running.said() !== '', isSaid, `${program.at(-1)} ${flags.join(' ')}: ${running.said()}`);
    }
  }
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
  const key = path.join(built().folder, 'a key');
  fs.writeFileSync(key, '');
  const flags = ['-F', 'none', '-l', 'me', '-J', 'jump', '-i', key, '-C', '-g', '-4', '-6', '-D', '1080'];
  const args = ['-G', ...flags, '-L', '8000:[::1]:80', '-R', '1:0:0:22', 'devbox'];
  const lines = (command: string, words: readonly string[]): readonly string[] =>
    spawnSync(command, words, { encoding: 'utf8', timeout: 10_000 }).stdout.split('\n').sort();
  assert.deepEqual(lines(process.execPath, [built().program, ...args]), lines('ssh', args));
});
