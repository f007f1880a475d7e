/* oxlint-disable no-underscore-dangle -- names of ssh2 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthContext, PasswordAuthContext } from 'ssh2';
import { startServer } from '../../../support/scriptedServer.ts';
import { connectTo, memoryLog, problemOf, script } from '../../../support/ssh.ts';
import { ask, PASSWORD, to } from './passwordServer.ts';

interface ServerSide {
  readonly _protocol: { readonly _authsQueue: string[] };
}

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
