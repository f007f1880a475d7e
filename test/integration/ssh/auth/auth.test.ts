import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { makeKey } from '../../../support/keys.ts';
import { startServer } from '../../../support/scriptedServer.ts';
import { connectTo, memoryLog, problemOf, script } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';
import { ask, byPassword, PASSWORD, to } from './passwordServer.ts';

let sshd: Sshd;
before(async () => {
  sshd = await startSshd();
});
after(() => sshd.stop());

void test('a password is asked for, sent once, and not logged', async () => {
  const server = await startServer(byPassword);
  const prompts = script({ secret: () => PASSWORD });
  const log = memoryLog();
  const connection = await connectTo(to(server), { prompts, log });
  assert.equal(connection.facts.authMethod, 'password');
  assert.deepEqual(prompts.secrets, [
    { kind: 'password', host: 'devbox', server: `127.0.0.1:${server.port}`, user: 'me', attempt: 1 },
  ]);
  assert.deepEqual(server.attempts, ['password']);
  assert.ok(!log.lines.join('\n').includes(PASSWORD));
  await connection.close();
  server.close();
});

void test('three wrong passwords end the login, and nothing retries', async () => {
  const server = await startServer(byPassword);
  const prompts = script({ secret: () => 'wrong' });
  const log = memoryLog();
  const problem = await problemOf(connectTo(to(server), { prompts, log }));
  assert.deepEqual(problem, {
    code: 'authFailed',
    host: 'devbox',
    user: 'me',
    tried: ['password', 'password', 'password'],
    accepted: ['password'],
  });
  assert.deepEqual(
    prompts.secrets.map((question) => 'attempt' in question && question.attempt),
    [1, 2, 3],
  );
  assert.equal(server.attempts.length, 3);
  assert.ok(!log.lines.join('\n').includes('wrong'));
  server.close();
});

void test('keyboard-interactive answers every round of the server', async () => {
  const server = await startServer((context) => {
    if (context.method !== 'keyboard-interactive') context.reject(['keyboard-interactive']);
    else
      ask(context, [
        ['Password: ', PASSWORD],
        ['Verification code: ', '123456'],
      ]);
  });
  const prompts = script({
    secret: (question) => ('prompt' in question && question.prompt.startsWith('Verification') ? '123456' : PASSWORD),
  });
  const connection = await connectTo(to(server), { prompts });
  assert.equal(connection.facts.authMethod, 'keyboard-interactive');
  assert.deepEqual(prompts.secrets[1], {
    kind: 'keyboardInteractive',
    host: 'devbox',
    user: 'me',
    title: 'Login',
    instruction: 'Answer please',
    prompt: 'Verification code: ',
    echo: false,
  });
  await connection.close();
  server.close();
});

void test("a keyboard-interactive question for the account's password may be remembered", async () => {
  const rounds: readonly (readonly [prompt: string, kind: string])[] = [
    ['Password: ', 'password'],
    ['Password for me@box:', 'password'],
    ['Password or code: ', 'keyboardInteractive'],
    ['One-time password: ', 'keyboardInteractive'],
  ];
  for (const [prompt, kind] of rounds) {
    const server = await startServer((context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
      context.prompt([{ prompt, echo: false }], '', '', () =>
        context.prompt([{ prompt: 'Password: ', echo: false }], '', '', () => context.accept()),
      );
    });
    const prompts = script({ secret: () => PASSWORD });
    await (await connectTo(to(server), { prompts })).close();
    const asked = prompts.secrets.map((question) => question.kind);
    assert.deepEqual(asked, [kind, 'keyboardInteractive'], 'what comes after it may be a code');
    server.close();
  }
});

void test('a key that succeeds partially is followed by the second factor', async () => {
  const keyFile = makeKey(sshd.folder, 'first-factor');
  let hasKey = false;
  const server = await startServer((context) => {
    if (context.method === 'publickey' && !hasKey) {
      if (!context.signature) context.accept();
      else {
        hasKey = true;
        context.reject(['keyboard-interactive'], true);
      }
    } else if (context.method === 'keyboard-interactive' && hasKey) ask(context, [['Code: ', '42']]);
    else context.reject(['publickey']);
  });
  const prompts = script({ secret: () => '42' });
  const connection = await connectTo(to(server, { identityFiles: [keyFile] }), { prompts });
  assert.deepEqual(server.attempts, ['publickey', 'publickey', 'keyboard-interactive']);
  assert.equal(connection.facts.authMethod, 'keyboard-interactive');
  await connection.close();
  server.close();
});

void test('the real sshd asks for two different keys one after the other', async () => {
  const twice = await startSshd({ config: ['AuthenticationMethods publickey,publickey'] });
  const first = path.join(twice.folder, 'id_ed25519');
  const problem = await problemOf(connectTo(sshdConfig(twice, { identityFiles: [first] })));
  assert.equal(problem.code, 'authFailed');
  assert.match(twice.log(), /Partial publickey/);
  await twice.stop();
});

void test('PreferredAuthentications gives the order, and excludes the methods it does not name', async () => {
  const server = await startServer((context) => context.reject(['publickey', 'keyboard-interactive', 'password']));
  const prompts = script({ secret: () => 'wrong' });
  const config = to(server, { preferredAuthentications: ['password'], numberOfPasswordPrompts: 1 });
  const problem = await problemOf(connectTo(config, { prompts }));
  assert.equal(problem.code, 'authFailed');
  assert.deepEqual(server.attempts, ['password']);
  server.close();
});

void test('a server that names no method is tried with all of them, in order', async () => {
  const server = await startServer((context) => {
    if (context.method === 'password' && context.password === PASSWORD) context.accept();
    else context.reject([]);
  });
  const prompts = script({ secret: () => PASSWORD });
  const connection = await connectTo(to(server, { identityFiles: [sshd.keyFile] }), { prompts });
  assert.deepEqual(server.attempts, ['publickey', 'keyboard-interactive', 'password']);
  await connection.close();
  server.close();
});

void test('a push request without approval is repeated up to NumberOfPasswordPrompts times', async () => {
  let pushes = 0;
  const server = await startServer((context) => {
    if (context.method !== 'keyboard-interactive') context.reject(['keyboard-interactive']);
    else
      context.prompt([], 'Login', 'Approve it on your telephone', () => {
        if (++pushes === 3) context.accept();
        else context.reject(['keyboard-interactive']);
      });
  });
  const connection = await connectTo(to(server));
  assert.equal(pushes, 3);
  await connection.close();
  await problemOf(connectTo(to(server)));
  assert.equal(pushes, 6);
  server.close();
});

void test('a cancelled question ends the login', async () => {
  const server = await startServer(byPassword);
  const problem = await problemOf(connectTo(to(server), { prompts: script({ secret: () => undefined }) }));
  assert.deepEqual(problem, { code: 'cancelled' });
  assert.deepEqual(server.attempts, []);
  server.close();
});

void test('with BatchMode, no password is tried', async () => {
  const server = await startServer(byPassword);
  const problem = await problemOf(connectTo({ ...to(server), batchMode: true }));
  assert.deepEqual(problem, { code: 'authFailed', host: 'devbox', user: 'me', tried: [], accepted: ['password'] });
  server.close();
});

void test('a disconnect during the login is a failed login', async () => {
  const server = await startServer((context) => {
    if (context.method === 'none') context.reject(['password']);
    else for (const client of server.clients) client.end();
  });
  const problem = await problemOf(connectTo(to(server), { prompts: script({ secret: () => 'wrong' }) }));
  assert.deepEqual(problem, { code: 'authFailed', host: 'devbox', user: 'me', tried: ['password'], accepted: [] });
  server.close();
});

void test('a disconnect while an acceptable key is pending is a broken connection, not a failed login', async () => {
  const identityFiles = ['refused', 'taken'].map((name) => makeKey(sshd.folder, name));
  let offers = 0;
  const server = await startServer((context) => {
    if (context.method !== 'publickey' || offers++ === 0) context.reject(['publickey']);
    else if (!context.signature) context.accept();
    else for (const client of server.clients) client.end();
  });
  const problem = await problemOf(connectTo(to(server, { identityFiles })));
  assert.equal(problem.code, 'handshakeEnded');
  assert.deepEqual(server.attempts, ['publickey', 'publickey', 'publickey']);
  server.close();
});

void test('an aborted login ends with the reason of its signal', async () => {
  const server = await startServer(byPassword);
  const stop = new AbortController();
  const prompts = {
    ...script(),
    secret: () => (stop.abort(new Error('no longer wanted')), new Promise<undefined>(() => undefined)),
  };
  await assert.rejects(connectTo(to(server), { prompts }, stop.signal), /no longer wanted/);
  server.close();
});

void test('both prompts of one round get their answers', async () => {
  const server = await startServer((context) => {
    if (context.method !== 'keyboard-interactive') {
      context.reject(['keyboard-interactive']);
      return;
    }
    context.prompt(
      [
        { prompt: 'One: ', echo: true },
        { prompt: 'Two: ', echo: false },
      ],
      '',
      '',
      (answers) => {
        if (answers.join() === '1,2') context.accept();
        else context.reject();
      },
    );
  });
  const prompts = script({ secret: (question) => ('echo' in question && question.echo ? '1' : '2') });
  const connection = await connectTo(to(server), { prompts });
  await connection.close();
  server.close();
});
