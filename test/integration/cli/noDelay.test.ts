import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { runForNoDelay } from '../../../src/cli/noDelay.ts';
import { never } from '../../../src/base/delay.ts';
import type { BuiltinConnection } from '../../../src/core/ssh/builtin/builtinConnection.ts';
import { sshdConfig } from '../../support/hostConfig.ts';
import { connectTo } from '../../support/ssh.ts';
import { type Sshd, type SshdOptions, startSshd } from '../../support/sshd.ts';

const commandLine = /Starting session: command/;
let sshd: Sshd;

before(async () => {
  sshd = await startSshd();
});
after(() => sshd.stop());

/** A connection whose pings take as long as the test wants. */
async function connected(t: TestContext, to: Sshd, rttMs: number): Promise<BuiltinConnection> {
  const connection = await connectTo(sshdConfig(to));
  t.after(() => connection.close());
  return { ...connection, ping: async () => rttMs };
}

async function withOptions(t: TestContext, options: SshdOptions): Promise<Sshd> {
  const own = await startSshd(options);
  t.after(() => own.stop());
  return own;
}

test('a near server, and a user who wants no session, get no command', async (t) => {
  const near = await connected(t, sshd, 1);
  assert.equal(await runForNoDelay(near, { hasNoSession: false }, never), false);
  const distant = await connected(t, sshd, 50);
  assert.equal(await runForNoDelay(distant, { hasNoSession: true }, never), false);
  assert.doesNotMatch(sshd.log(), commandLine);
});

test('a server that is no OpenSSH gets no command', async (t) => {
  const distant = await connected(t, sshd, 50);
  const dropbear = { ...distant, facts: { ...distant.facts, serverVersion: 'SSH-2.0-dropbear_2022.83' } };
  assert.equal(await runForNoDelay(dropbear, { hasNoSession: false }, never), false);
});

test('a distant server runs one command, whose channel closes', async (t) => {
  const own = await withOptions(t, {});
  const distant = await connected(t, own, 50);
  assert.equal(await runForNoDelay(distant, { hasNoSession: false }, never), true);
  assert.match(own.log(), commandLine);
  assert.equal(distant.openChannels(), 0);
});

test('a server that allows no session refuses, and the connection goes on', async (t) => {
  const own = await withOptions(t, { config: ['MaxSessions 0'] });
  const connection = await connectTo(sshdConfig(own));
  t.after(() => connection.close());
  const distant = { ...connection, ping: async () => 50 };
  await assert.rejects(runForNoDelay(distant, { hasNoSession: false }, never));
  assert.ok((await connection.ping(never)) > 0);
});
