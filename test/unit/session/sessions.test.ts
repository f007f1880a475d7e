import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { isProblem } from '../../../src/base/userError.ts';
import { shortMemory } from '../../../src/core/session/memory/memory.ts';
import type { SessionsOptions } from '../../../src/core/session/sessionsOptions.ts';
import { findHost } from '../../../src/core/session/state.ts';
import { freePort } from '../../support/freePort.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { until } from '../../support/until.ts';

/** Sessions over an ssh_config of one host, at which nobody listens. */
async function start(
  t: TestContext,
  options: Partial<SessionsOptions> = {},
): Promise<TestSessions & { readonly configFile: string }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sessions-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const configFile = path.join(folder, 'config');
  fs.writeFileSync(configFile, `Host devbox\n  HostName 127.0.0.1\n  Port ${await freePort()}\n`);
  const app = await startSessions(configFile, { transport: 'builtin' }, options);
  t.after(() => app.sessions.close());
  return { ...app, configFile };
}

function names({ sessions }: TestSessions): readonly string[] {
  return sessions.state.get().hosts.map(({ name }) => name);
}

void test('the hosts of the configuration are listed, with the line that names them', async (t) => {
  const app = await start(t);
  assert.deepEqual(names(app), ['devbox']);
  assert.deepEqual(app.host().source, { kind: 'config', file: app.configFile, line: 1 });
});

void test('a host that leaves the configuration leaves the list, unless it is in use', async (t) => {
  const app = await start(t);
  await assert.rejects(app.sessions.connect('devbox', never));
  fs.writeFileSync(app.configFile, 'Host other\n');
  await app.sessions.refreshHosts(never);
  assert.deepEqual(names(app), ['other', 'devbox'], 'the failure of devbox is still shown');
  await app.sessions.disconnect('devbox');
  await app.sessions.refreshHosts(never);
  assert.deepEqual(names(app), ['other'], 'devbox was used, and is used no more');
});

void test('a host that the user typed is listed, and stays when the configuration is read again', async (t) => {
  const app = await start(t);
  await assert.rejects(app.sessions.connect('me@127.0.0.1:1', never));
  await app.sessions.refreshHosts(never);
  assert.deepEqual(app.host('me@127.0.0.1:1').source, { kind: 'typed' });
});

void test('a refused connection is thrown, and the state says why', async (t) => {
  const app = await start(t);
  await assert.rejects(app.sessions.connect('devbox', never), (error) => isProblem(error, 'connectionRefused'));
  const { link } = app.host();
  assert.equal(link.kind === 'failed' && link.why.code, 'connectionRefused');
});

void test('the switch is remembered by the window', async (t) => {
  const windowMemory = shortMemory();
  const first = await start(t, { windowMemory });
  assert.equal(first.sessions.state.get().isForwarding, true);
  await first.sessions.setForwarding(false);
  await first.sessions.close();
  const second = await start(t, { windowMemory });
  assert.equal(second.sessions.state.get().isForwarding, false);
});

void test('a restored host that is away is retried in the background, and forgotten only when the user says so', async (t) => {
  const windowMemory = shortMemory();
  const host = { name: 'devbox', options: ['Compression=yes'], autoForwarded: [3000], usedAt: Date.now() };
  await windowMemory.update('connected', [host]);
  const app = await start(t, { windowMemory });
  assert.deepEqual(app.sessions.left(), ['devbox']);
  await app.sessions.restore('left', 'attended', never);
  assert.equal(app.host().link.kind, 'waiting');
  assert.deepEqual(app.sessions.optionsOf('devbox'), ['Compression=yes']);
  assert.deepEqual(app.sessions.left(), []);
  await app.sessions.disconnect('devbox');
  assert.equal(app.host().link.kind, 'idle');
  assert.deepEqual(windowMemory.get('connected'), []);
});

void test('the user can decline what the window was connected to', async (t) => {
  const windowMemory = shortMemory();
  await windowMemory.update('connected', [{ name: 'devbox', options: [], autoForwarded: [], usedAt: Date.now() }]);
  const app = await start(t, { windowMemory });
  await app.sessions.forgetLeft();
  assert.deepEqual(app.sessions.left(), []);
  await until('the memory', () => (windowMemory.get('connected') as readonly unknown[]).length === 0);
});

void test('a host that is not in use has no round trip, and stopping its forwards does nothing', async (t) => {
  const app = await start(t);
  assert.equal(await app.sessions.ping('devbox', never), undefined);
  await app.sessions.stopForward('devbox', '1');
  assert.equal(findHost(app.sessions.state.get(), 'devbox')?.link.kind, 'idle');
});
