import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { startAgent } from '../../support/agent.ts';
import { start, stop } from '../../support/child.ts';
import { buildCli, type Cli, run } from '../../support/cli.ts';
import { freePort } from '../../support/freePort.ts';
import { authorize, makeKey } from '../../support/keys.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

const passphrase = 'correct horse';
let built: Cli;
before(async () => {
  built = await buildCli();
});
after(() => built.remove());

async function server(t: TestContext, ...config: readonly string[]): Promise<Sshd> {
  const sshd = await startSshd({ config });
  t.after(() => sshd.stop());
  return sshd;
}

interface Terminal {
  /** Everything that a person sees. */
  readonly shown: () => string;
  type(text: string): void;
  /** Resolves when the program has ended. */
  readonly ended: Promise<unknown>;
}

/** The program on a terminal of its own, which takes what we write for what a person types. */
async function onTerminal(t: TestContext, sshd: Sshd, ...flags: readonly string[]): Promise<Terminal> {
  const forward = `${await freePort()}:localhost:1`;
  const words = [process.execPath, built.program, '-F', sshd.configFile, '-N', '-L', forward, ...flags, 'devbox'];
  const child = start('script', ['-qefc', words.join(' '), '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
  t.after(() => stop(child));
  let shown = '';
  child.stdout?.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  return { shown: () => shown, type: (text) => child.stdin?.write(text), ended: once(child, 'exit') };
}

/** A locked key that may log in, as the only one that the configuration names. */
function lockedKey(sshd: Sshd): string {
  const file = makeKey(sshd.folder, 'locked', '-N', passphrase, '-a', '4');
  authorize(path.join(sshd.folder, 'authorized_keys'), file);
  const text = fs.readFileSync(sshd.configFile, 'utf8');
  fs.writeFileSync(sshd.configFile, text.replace(/IdentityFile .*/u, `IdentityFile ${file}`));
  return file;
}

test('the terminal asks about an unknown host key, and the answer yes is remembered', async (t) => {
  const sshd = await server(t);
  const known = path.join(sshd.folder, 'known_by_person');
  const unknown = ['-o', `UserKnownHostsFile=${known}`, '-o', 'StrictHostKeyChecking=ask'];
  const terminal = await onTerminal(t, sshd, ...unknown);
  await until('the question', () => terminal.shown().includes('(yes/no/[fingerprint])? '));
  terminal.type('maybe\r');
  const again = "Please type 'yes', 'no' or the fingerprint: ";
  await until('the question again', () => terminal.shown().includes(again));
  terminal.type('yex\x7fs\r');
  await until('the forward', () => terminal.shown().includes('forwarding '));
  assert.match(fs.readFileSync(known, 'utf8'), /ssh-ed25519 /u);
});

test('the terminal asks for a passphrase without echo', async (t) => {
  const sshd = await server(t);
  const file = lockedKey(sshd);
  const terminal = await onTerminal(t, sshd);
  await until('the question', () => terminal.shown().includes(`Enter passphrase for key '${file}': `));
  terminal.type(`${passphrase}\r`);
  await until('the forward', () => terminal.shown().includes('forwarding '));
  assert.doesNotMatch(terminal.shown(), /horse/u);
});

test('AddKeysToAgent ask asks on the terminal, and -vvv shows no secret', async (t) => {
  const sshd = await server(t);
  const agent = await startAgent();
  t.after(() => agent.stop());
  const file = lockedKey(sshd);
  const options = ['-vvv', '-o', 'AddKeysToAgent=ask', '-o', `IdentityAgent=${agent.socket}`];
  const terminal = await onTerminal(t, sshd, ...options);
  await until('the passphrase', () => terminal.shown().includes(`Enter passphrase for key '${file}': `));
  terminal.type(`${passphrase}\r`);
  await until('the question', () => terminal.shown().includes(`Add key ${file} to agent (yes/no)? `));
  terminal.type('yes\r');
  await until('the forward', () => terminal.shown().includes('forwarding '));
  const env = { ...process.env, SSH_AUTH_SOCK: agent.socket };
  assert.ok(spawnSync('ssh-add', ['-l'], { env, encoding: 'utf8', timeout: 10_000 }).stdout.includes(file));
  assert.doesNotMatch(terminal.shown(), /horse|PRIVATE KEY/u);
});

test('three wrong passphrases end the program, after one connection to the server', async (t) => {
  const sshd = await server(t);
  const file = lockedKey(sshd);
  const terminal = await onTerminal(t, sshd);
  for (const count of [1, 2, 3]) {
    await until(
      `question ${count}`,
      () => terminal.shown().split(`Enter passphrase for key '${file}': `).length > count,
    );
    terminal.type('wrong\r');
  }
  await terminal.ended;
  assert.match(terminal.shown(), /Permission denied \(publickey/u);
  assert.equal(sshd.log().match(/Connection from/gu)?.length, 1);
});

test('Ctrl-C at a question ends the program', async (t) => {
  const sshd = await server(t);
  lockedKey(sshd);
  const terminal = await onTerminal(t, sshd);
  await until('the question', () => terminal.shown().includes('Enter passphrase'));
  terminal.type('\x03');
  await terminal.ended;
  assert.doesNotMatch(terminal.shown(), /forwarding|Error|at .*\.cjs/u);
  assert.equal(sshd.log().match(/Connection from/gu)?.length, 1);
});

test('a server that only the system’s ssh can reach is reached through the system’s ssh', async (t) => {
  const sshd = await server(t, 'KexAlgorithms sntrup761x25519-sha512@openssh.com');
  const port = await freePort();
  const args = ['-F', sshd.configFile, '-v', '-N', '-L', `${port}:localhost:${sshd.port}`, 'devbox'];
  const cli = run(t, [process.execPath, built.program, ...args]);
  await cli.says(/^forwarding /m);
  const socket = net.connect(port, '127.0.0.1');
  const [greeting] = (await once(socket, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer];
  assert.match(greeting.toString(), /^SSH-2\.0-OpenSSH/u);
  socket.destroy();
  cli.child.kill('SIGTERM');
  assert.equal(await cli.status(), 0);
});

for (const [name, folder] of [
  ['is gone', '/nowhere/at/all'],
  ['is too long for a socket', `/tmp/${'t'.repeat(100)}`],
] as const) {
  test(`a host with a ProxyCommand is reached when TMPDIR ${name}, as with ssh`, async (t) => {
    const sshd = await startSshd({ clientConfig: ['ProxyCommand nc %h %p'] });
    t.after(() => sshd.stop());
    if (name !== 'is gone') fs.mkdirSync(folder, { recursive: true });
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    const env = { ...process.env, TMPDIR: folder };
    const ssh = spawnSync('ssh', ['-F', sshd.configFile, 'devbox', 'true'], { env });
    assert.equal(ssh.status, 0);
    const forward = `${await freePort()}:localhost:1`;
    const child = start(process.execPath, [built.program, '-F', sshd.configFile, '-N', '-L', forward, 'devbox'], {
      env,
    });
    t.after(() => stop(child));
    let told = '';
    child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await until('the forward', () => {
      assert.equal(child.exitCode, null, told);
      return told.includes('127.0.0.1');
    });
  });
}

/** A program for SSH_ASKPASS that records the questions, and answers with the passphrase. */
function askpass(sshd: Sshd): { readonly program: string; readonly asked: () => string } {
  const program = path.join(sshd.folder, 'askpass');
  const record = path.join(sshd.folder, 'asked');
  fs.writeFileSync(program, `#!/bin/sh\necho "$1" >>${record}\necho "${passphrase}"\n`, { mode: 0o700 });
  return { program, asked: () => (fs.existsSync(record) ? fs.readFileSync(record, 'utf8') : '') };
}

for (const [condition, changes, isAsked] of [
  ['SSH_ASKPASS_REQUIRE=force', { SSH_ASKPASS_REQUIRE: 'force' }, true],
  ['a display and no terminal', { DISPLAY: ':9' }, true],
  ['SSH_ASKPASS_REQUIRE=never', { SSH_ASKPASS_REQUIRE: 'never', DISPLAY: ':9' }, false],
  ['neither display nor terminal', {}, false],
] as const) {
  test(`with ${condition} the program of SSH_ASKPASS is ${isAsked ? '' : 'not '}asked, as by ssh`, async (t) => {
    const sshd = await server(t);
    const file = lockedKey(sshd);
    const { program, asked } = askpass(sshd);
    const unset = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined, SSH_ASKPASS_REQUIRE: undefined };
    const env = { ...process.env, ...unset, ...changes, SSH_ASKPASS: program };
    const args = ['-F', sshd.configFile, '-o', 'PreferredAuthentications=publickey'];
    const { status } = spawnSync('setsid', ['-w', 'ssh', ...args, 'devbox', 'true'], { env, timeout: 20_000 });
    assert.equal(status === 0, isAsked);
    const askedBySsh = asked();
    const forward = `${await freePort()}:localhost:1`;
    const ours = ['setsid', '-w', process.execPath, built.program, ...args, '-N', '-L', forward, 'devbox'];
    const running = run(t, ours, env);
    if (isAsked) await running.says(/^forwarding /mu);
    else assert.notEqual(await running.status(), 0);
    assert.equal(asked(), isAsked ? `${askedBySsh}Enter passphrase for key '${file}': \n` : '');
  });
}
