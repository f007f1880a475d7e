/* oxlint-disable no-underscore-dangle -- names of ssh2 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { AuthContext, KeyboardAuthContext, PasswordAuthContext } from 'ssh2';
import type { HostConfig } from '../../../../src/core/config/hostConfig.ts';
import { string, uint32 } from '../../../../src/core/ssh/keys/wire.ts';
import { hostConfig, sshdConfig } from '../../../support/hostConfig.ts';
import { makeKey } from '../../../support/keys.ts';
import { type ScriptedServer, sendPacket, startServer } from '../../../support/scriptedServer.ts';
import { connectTo, memoryLog, problemOf, script } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';

const PASSWORD = 'pa55w0rd-that-must-not-leak';
let sshd: Sshd;
before(async () => {
  sshd = await startSshd();
});
after(() => sshd.stop());

const to = (server: ScriptedServer, changes: Partial<HostConfig> = {}): HostConfig =>
  hostConfig({ port: server.port, user: 'me', userKnownHostsFiles: [server.knownHostsFile], ...changes });

interface ServerSide {
  readonly _protocol: { readonly _authsQueue: string[] };
}

/** Accepts this password only. */
const byPassword = (context: AuthContext): void => {
  if (context.method === 'password' && context.password === PASSWORD) context.accept();
  else context.reject(['password']);
};

/** Asks the rounds one after the other. The right answers log the user in. */
function ask(context: KeyboardAuthContext, rounds: readonly (readonly [string, string])[]): void {
  const [round, ...rest] = rounds;
  if (!round) {
    context.accept();
    return;
  }
  context.prompt([{ prompt: round[0], echo: false }], 'Login', 'Answer please', ([answer]) => {
    if (answer === round[1]) ask(context, rest);
    else context.reject(['keyboard-interactive']);
  });
}

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

/** Asks for a new password until it has a certain length. */
const demandChange = (reason: string, onChange: (context: AuthContext, chosen: string) => void) => {
  const demand = (context: PasswordAuthContext, why: string): void =>
    context.requestChange(why, (chosen) => {
      if (chosen.length >= 12) onChange(context, chosen);
      else demand(context, 'Too short.');
    });
  return (context: AuthContext): void => {
    if (context.method === 'password') demand(context, reason);
    else context.reject(['password']);
  };
};

void test('an expired password is replaced by a new one, which is typed twice and never logged', async () => {
  const NEW = 'correct-horse-battery';
  let changedTo = '';
  const server = await startServer(
    demandChange('Your password has expired.', (context, chosen) => {
      changedTo = chosen;
      context.accept();
    }),
  );
  const typed = [PASSWORD, 'short', 'short', 'mistyped-once', 'mistyped-twice', NEW, NEW];
  const prompts = script({ secret: () => typed.shift() });
  const log = memoryLog();
  const connection = await connectTo(to(server), { prompts, log });
  assert.equal(changedTo, NEW);
  const asked = prompts.secrets.map((question) =>
    question.kind === 'newPassword' ? [question.reason, question.isRepeated, question.isMismatch] : question.kind,
  );
  assert.deepEqual(asked, [
    'password',
    ['Your password has expired.', false, false],
    ['Your password has expired.', true, false],
    ['Too short.', false, false],
    ['Too short.', true, false],
    ['Too short.', false, true],
    ['Too short.', true, true],
  ]);
  assert.doesNotMatch(log.lines.join('\n'), new RegExp(`${NEW}|${PASSWORD}|short|mistyped`, 'u'));
  await connection.close();
  server.close();
});

void test('a cancelled password change ends the login', async () => {
  const server = await startServer(demandChange('Expired.', (context) => context.accept()));
  const prompts = script({ secret: ({ kind }) => (kind === 'password' ? PASSWORD : undefined) });
  const problem = await problemOf(connectTo(to(server), { prompts }));
  assert.deepEqual(problem, { code: 'cancelled' });
  server.close();
});

void test('after a password change, the server may ask for another method', async () => {
  const server = await startServer((context) => {
    if (context.method === 'password') {
      context.requestChange('Expired.', () => {
        // ssh2's server does not mark the first request as answered.
        for (const client of server.clients) (client as unknown as ServerSide)._protocol._authsQueue.shift();
        context.reject(['keyboard-interactive'], true);
      });
    } else if (context.method === 'keyboard-interactive') ask(context, [['Code: ', '123456']]);
    else context.reject(['password']);
  });
  const prompts = script({ secret: ({ kind }) => (kind === 'keyboardInteractive' ? '123456' : 'a new password') });
  const connection = await connectTo(to(server), { prompts });
  assert.equal(connection.facts.authMethod, 'keyboard-interactive');
  await connection.close();
  server.close();
});

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

void test('what the server says when it ends the login is in the problem, as ssh prints it', async (t) => {
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

void test('the words of a server that hangs up by decision are in the problem', async () => {
  const server = await startServer((context) => {
    if (context.method === 'none') return context.reject(['password']);
    for (const client of server.clients) sendPacket(client, ...disconnect('Come back\ttomorrow'));
    return undefined;
  });
  const problem = await problemOf(connectTo(to(server), { prompts: script({ secret: () => 'wrong' }) }));
  assert.deepEqual(problem, { ...problem, code: 'authFailed', said: 'Come back tomorrow' });
  server.close();
});
