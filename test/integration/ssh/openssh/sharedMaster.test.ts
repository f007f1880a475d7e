import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import type { Connection } from '../../../../src/core/ssh/connection.ts';
import { connectWith, sshArguments } from '../../../../src/core/ssh/transport.ts';
import { start, stop } from '../../../support/child.ts';
import { freePort } from '../../../support/freePort.ts';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { memoryLog, problemOf, script } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';
import { until } from '../../../support/until.ts';

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

function connect(sshd: Sshd, changes: Partial<HostConfig>): Promise<Connection> {
  const deps = {
    prompts: script(),
    log: memoryLog(),
    args: sshArguments({ userFile: sshd.configFile }),
    resolveHop: () => Promise.reject(new Error('unexpected jump host')),
    allowCommand: async () => false,
  };
  return connectWith('auto', sshdConfig(sshd, changes), deps, signal());
}

/** A master that the user started. No further login succeeds, as with a spent one-time code. */
async function master(
  t: TestContext,
): Promise<{ sshd: Sshd; controlPath: string; readonly isAlive: () => boolean; readonly end: () => Promise<void> }> {
  const sshd = await startSshd();
  t.after(() => sshd.stop());
  const controlPath = path.join(sshd.folder, 'control');
  const child = start('ssh', ['-F', sshd.configFile, '-N', '-M', '-S', controlPath, 'devbox'], { stdio: 'ignore' });
  const end = (): Promise<void> => stop(child);
  t.after(end);
  await until('the master is there', () => fs.existsSync(controlPath));
  fs.writeFileSync(path.join(sshd.folder, 'authorized_keys'), '');
  const isAlive = (): boolean =>
    spawnSync('ssh', ['-S', controlPath, '-O', 'check', 'devbox'], { timeout: 10_000 }).status === 0;
  return { sshd, controlPath, isAlive, end };
}

void test('a live master of the user carries the connection without another login, and outlives it', async (t) => {
  const { sshd, controlPath, isAlive } = await master(t);
  assert.equal((await problemOf(connect(sshd, {}))).code, 'authFailed');
  const connection = await connect(sshd, { controlPath });
  assert.equal(connection.facts.sharesMaster, true);
  const channel = await connection.exec('echo through', signal());
  assert.equal(await text(channel.stdout), 'through\n');
  const stream = await connection.dial({ kind: 'tcp', host: '127.0.0.1', port: sshd.port }, signal());
  const [greeting] = (await once(stream, 'data')) as [Buffer];
  assert.match(greeting.toString(), /^SSH-2\.0-/u);
  assert.ok((await connection.ping(signal())) > 0);
  const port = await freePort();
  const bind = { kind: 'tcp', host: '127.0.0.1', port } as const;
  await connection.listenRemote(bind, (incoming) => incoming.accept().end('from here'), signal());
  assert.equal(await text(net.connect(port, '127.0.0.1')), 'from here');
  await connection.close();
  assert.deepEqual(await connection.closed, { kind: 'closed' });
  assert.ok(isAlive());
  await assert.rejects(once(net.connect(port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
  const unix = spawnSync('ss', ['-xlH'], { encoding: 'utf8' }).stdout;
  assert.doesNotMatch(unix, /\/sshp-[^ ]*\/[lr]\d/u, 'the master holds no listener of ours');
});

void test('the end of a master that is shared is the loss of the connection', async (t) => {
  const { sshd, controlPath, end } = await master(t);
  const connection = await connect(sshd, { controlPath });
  await end();
  assert.equal((await connection.closed).kind, 'lost');
});

void test('a control socket without a listener is not used as a master', async (t) => {
  const sshd = await startSshd();
  t.after(() => sshd.stop());
  const connection = await connect(sshd, { controlPath: path.join(sshd.folder, 'nothing') });
  assert.equal(connection.facts.transport, 'builtin');
  await connection.close();
});
