import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import { connectOpenssh } from '../../../../src/core/ssh/openssh/connect.ts';
import { sshArguments } from '../../../../src/core/ssh/transport.ts';
import { type SshAgent, startAgent } from '../../../support/agent.ts';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { authorize, makeKey } from '../../../support/keys.ts';
import { connectTo, memoryLog, problemOf, script } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';
import { until } from '../../../support/until.ts';

const PASSPHRASE = 'correct horse';
let sshd: Sshd;
let agent: SshAgent;
before(async () => {
  sshd = await startSshd();
});
after(() => sshd.stop());
beforeEach(async () => {
  agent = await startAgent();
});
afterEach(() => agent.stop());

let count = 0;
function newKey(...options: readonly string[]): string {
  const file = makeKey(sshd.folder, `added${count++}`, ...options);
  authorize(path.join(sshd.folder, 'authorized_keys'), file);
  return file;
}

const config = (file: string, changes: Partial<HostConfig> = {}): HostConfig =>
  sshdConfig(sshd, { identityFiles: [file], identityAgent: agent.socket, addKeysToAgent: 'yes', ...changes });

/** The output of `ssh-add -L`: type, key and comment of each key. */
function held(): readonly string[] {
  const env = { ...process.env, SSH_AUTH_SOCK: agent.socket };
  const { stdout } = spawnSync('ssh-add', ['-L'], { env, encoding: 'utf8', timeout: 10_000 });
  return stdout.split('\n').filter((line) => line.includes(' AAAA'));
}

/** Can ssh(1) log in with the agent's keys alone? */
function sshLogsIn(): boolean {
  const options = ['User', 'Port', 'UserKnownHostsFile', 'IdentityAgent'].map((name, index) => [
    '-o',
    `${name}=${[sshd.user, sshd.port, sshd.knownHostsFile, agent.socket][index]}`,
  ]);
  const args = ['-F', '/dev/null', '-o', 'BatchMode=yes', '-o', 'IdentityFile=none', ...options.flat()];
  return spawnSync('ssh', [...args, '127.0.0.1', 'true'], { timeout: 10_000 }).status === 0;
}

for (const type of ['ed25519', 'ecdsa', 'rsa']) {
  void test(`an unlocked key of type ${type} is added, and ssh logs in with it`, async () => {
    const file = newKey('-t', type, '-N', PASSPHRASE);
    const prompts = script({ secret: () => PASSPHRASE });
    await (await connectTo(config(file), { prompts })).close();
    const [, blob = ''] = fs.readFileSync(`${file}.pub`, 'utf8').split(' ');
    assert.deepEqual(
      held().map((line) => line.split(' ').slice(1)),
      [[blob, file]],
    );
    assert.ok(sshLogsIn());
    await (await connectTo(config(file), { prompts })).close();
    assert.equal(prompts.secrets.length, 1, 'the second login needs no passphrase');
  });
}

for (const bits of ['384', '521']) {
  void test(`an ecdsa key of ${bits} bits is added`, async () => {
    await (await connectTo(config(newKey('-t', 'ecdsa', '-b', bits)))).close();
    assert.ok(sshLogsIn());
  });
}

void test('a key that the server refuses is not added', async () => {
  const stranger = makeKey(sshd.folder, 'stranger');
  assert.equal((await problemOf(connectTo(config(stranger)))).code, 'authFailed');
  assert.deepEqual(held(), []);
});

void test('no: nothing is added', async () => {
  await (await connectTo(config(newKey(), { addKeysToAgent: 'no' }))).close();
  assert.deepEqual(held(), []);
});

for (const isWanted of [true, false]) {
  void test(`ask: the key is ${isWanted ? 'added if' : 'not added unless'} the user wants it`, async () => {
    const file = newKey();
    const prompts = script({ addToAgent: () => isWanted });
    await (await connectTo(config(file, { addKeysToAgent: 'ask' }), { prompts })).close();
    assert.deepEqual(prompts.keysToAdd, [{ host: 'devbox', keyFile: file }]);
    assert.equal(sshLogsIn(), isWanted);
  });

  void test(`ask: the system's ssh ${isWanted ? 'adds' : 'does not add'} it after the same question`, async () => {
    const file = newKey();
    const prompts = script({ addToAgent: () => isWanted });
    const overrides = ['AddKeysToAgent=ask', `IdentityAgent=${agent.socket}`, 'IdentitiesOnly=yes'];
    const args = sshArguments({ userFile: sshd.configFile, overrides: [...overrides, `IdentityFile=${file}`] });
    const deps = { prompts, log: memoryLog(), args, allowCommand: async () => false };
    await (await connectOpenssh(config(file), deps, AbortSignal.timeout(30_000))).close();
    assert.deepEqual(prompts.keysToAdd, [{ host: 'devbox', keyFile: file }]);
    assert.equal(held().length, isWanted ? 1 : 0);
  });
}

void test('ask: there is no question in the background, nor without an agent', async () => {
  for (const changes of [{ batchMode: true }, { identityAgent: '/nonexistent/agent' }]) {
    const prompts = script();
    await (await connectTo(config(newKey(), { addKeysToAgent: 'ask', ...changes }), { prompts })).close();
    assert.deepEqual(prompts.keysToAdd, []);
  }
  assert.deepEqual(held(), []);
});

void test('ask: aborting the login ends the question', async () => {
  const stop = new AbortController();
  const prompts = { ...script(), addToAgent: () => (stop.abort(new Error('no longer wanted')), Promise.resolve(true)) };
  const login = connectTo(config(newKey(), { addKeysToAgent: 'ask' }), { prompts }, stop.signal);
  await assert.rejects(login, /no longer wanted/u);
});

void test('confirm: the agent asks before each use, and does not sign without an answer', async () => {
  await (await connectTo(config(newKey(), { addKeysToAgent: 'confirm' }))).close();
  assert.equal(held().length, 1);
  assert.ok(!sshLogsIn());
});

void test('the agent forgets a key after its lifetime', async () => {
  const log = memoryLog();
  await (await connectTo(config(newKey(), { agentKeyLifetimeMs: 1000 }), { log })).close();
  assert.ok(log.lines.some((line) => line.endsWith('added to the agent')));
  await until('the key is gone', () => held().length === 0);
});

void test('a missing agent does not prevent the login', async () => {
  const log = memoryLog();
  const file = newKey();
  const connection = await connectTo(config(file, { identityAgent: '/nonexistent/agent' }), { log });
  assert.ok(log.lines.some((line) => line.includes(`${file} not added to the agent`)));
  await connection.close();
});
