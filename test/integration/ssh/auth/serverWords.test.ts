import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { string, uint32 } from '../../../../src/core/ssh/keys/wire.ts';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { makeKey } from '../../../support/keys.ts';
import { type ScriptedServer, sendPacket, startServer } from '../../../support/scriptedServer.ts';
import { connectTo, problemOf, script } from '../../../support/ssh.ts';
import { startSshd } from '../../../support/sshd.ts';
import { byPassword, PASSWORD, to } from './passwordServer.ts';

void test("the server's banner is shown as a notice", async () => {
  const server = await startServer(byPassword, { banner: 'Authorised use only' });
  const prompts = script({ secret: () => PASSWORD });
  const connection = await connectTo(to(server), { prompts });
  assert.deepEqual(
    prompts.notices.map((text) => text.trim()),
    ['Authorised use only'],
  );
  await connection.close();
  server.close();
});

void test('the last words of a server that ends the login are in the problem, as ssh prints them', async (t) => {
  const strict = await startSshd({ config: ['MaxAuthTries 1'] });
  t.after(() => strict.stop());
  const identityFiles = ['one', 'two'].map((name) => makeKey(strict.folder, name));
  const problem = await problemOf(connectTo(sshdConfig(strict, { identityFiles })));
  const flags = identityFiles.flatMap((file) => ['-i', file]);
  const text = fs.readFileSync(strict.configFile, 'utf8').replace(/^ *IdentityFile.*\n/mu, '');
  fs.writeFileSync(strict.configFile, text);
  const { stderr } = spawnSync('ssh', ['-F', strict.configFile, '-o', 'BatchMode=yes', ...flags, 'devbox', 'true'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.match(stderr, /Received disconnect .*: Too many authentication failures/u);
  assert.ok('said' in problem && problem.code === 'authFailed');
  assert.equal(problem.said, 'Too many authentication failures');
});

/** SSH_MSG_USERAUTH_BANNER (RFC 4252 §5.4). */
const banner = (text: string): readonly Buffer[] => [Buffer.of(53), string(text), string('')];
/** SSH_MSG_DISCONNECT (RFC 4253 §11.1) with the reason "by application". */
const disconnect = (text: string): readonly Buffer[] => [Buffer.of(1), uint32(11), string(text), string('')];

void test('a banner that comes with a refusal is in the problem, without control characters', async () => {
  const server = await startServer(
    (context) => {
      if (context.method === 'password')
        for (const client of server.clients)
          sendPacket(client, ...banner('Account \u001B[31mlocked\r\nuntil 9:00\r\n'));
      context.reject(['password']);
    },
    { banner: 'Authorised use only' },
  );
  const config = to(server, { numberOfPasswordPrompts: 1 });
  const problem = await problemOf(connectTo(config, { prompts: script({ secret: () => 'wrong' }) }));
  assert.equal('said' in problem && problem.said, 'Account [31mlocked until 9:00');
  server.close();
});

void test('only the first of many banners are shown, and an endless flood of banners ends the connection', async () => {
  const chatty = (count: number): Promise<ScriptedServer> =>
    startServer(byPassword, {}, (client) =>
      client.on('handshake', () => Array.from({ length: count }, () => sendPacket(client, ...banner('Pay here')))),
    );
  const some = await chatty(100);
  const prompts = script({ secret: () => PASSWORD });
  await (await connectTo(to(some), { prompts })).close();
  assert.equal(prompts.notices.length, 20);
  some.close();
  const endless = await chatty(5000);
  const problem = await problemOf(connectTo(to(endless), { prompts: script({ secret: () => PASSWORD }) }));
  assert.deepEqual(problem, { ...problem, code: 'handshakeEnded', detail: 'the server sent more than 1024 banners' });
  endless.close();
});

void test('the words of a server that disconnects on purpose are in the problem', async () => {
  const server = await startServer((context) => {
    if (context.method === 'none') return context.reject(['password']);
    for (const client of server.clients) sendPacket(client, ...disconnect('Come back\ttomorrow'));
    return undefined;
  });
  const problem = await problemOf(connectTo(to(server), { prompts: script({ secret: () => 'wrong' }) }));
  assert.deepEqual(problem, { ...problem, code: 'authFailed', said: 'Come back tomorrow' });
  server.close();
});
