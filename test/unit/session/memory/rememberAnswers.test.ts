import assert from 'node:assert/strict';
import test from 'node:test';
import { never } from '../../../../src/base/delay.ts';
import { rememberAnswers } from '../../../../src/core/session/memory/rememberAnswers.ts';
import type { Prompts, SecretQuestion } from '../../../../src/core/ssh/prompts.ts';

const password = (attempt: number): SecretQuestion => ({
  kind: 'password',
  host: 'devbox',
  server: 'devbox.example:22',
  user: 'me',
  attempt,
});
const code: SecretQuestion = {
  kind: 'keyboardInteractive',
  host: 'devbox',
  user: 'me',
  title: '',
  instruction: '',
  prompt: 'Code: ',
  echo: false,
};
const prompts: Prompts = {
  hostKey: async () => 'once',
  secret: async () => 'typed',
  addToAgent: async () => false,
  notice: () => undefined,
};

void test('a typed secret answers the background login, once per login', async () => {
  const { asking, silent } = rememberAnswers(prompts);
  assert.equal(await silent.secret(password(1), never), undefined);
  await asking.secret(password(1), never);
  assert.equal(await silent.secret(password(1), never), 'typed');
  assert.equal(await silent.secret(password(2), never), undefined);
});

void test('a stored secret answers the background login without a prompt', async () => {
  const secret = (): never => assert.fail('somebody was asked');
  const { silent } = rememberAnswers({ ...prompts, secret, recall: async () => 'kept' });
  assert.equal(await silent.secret(password(1), never), 'kept');
});

void test('after a password change the new password is used', async () => {
  const typed = ['old', 'new', 'new'];
  const { asking, silent } = rememberAnswers({ ...prompts, secret: async () => typed.shift() });
  await asking.secret(password(1), never);
  const login = { host: 'devbox', server: 'devbox.example:22', user: 'me' };
  const change = { kind: 'newPassword', ...login, reason: 'Expired.', isMismatch: false } as const;
  for (const isRepeated of [false, true]) await asking.secret({ ...change, isRepeated }, never);
  assert.equal(await silent.secret(password(1), never), 'new');
});

void test('a one-time code is not reused', async () => {
  const { asking, silent } = rememberAnswers(prompts);
  await asking.secret(code, never);
  assert.equal(await silent.secret(code, never), undefined);
});

void test('a host key that the user accepted once is accepted in the background; another key is refused', async () => {
  const question = { host: 'devbox', address: '192.0.2.1', port: 22, keyType: 'ssh-ed25519', fingerprint: 'SHA256:a' };
  const { asking, silent } = rememberAnswers(prompts);
  assert.equal(await silent.hostKey(question, never), 'refuse');
  await asking.hostKey(question, never);
  assert.equal(await silent.hostKey(question, never), 'once');
  assert.equal(await silent.hostKey({ ...question, fingerprint: 'SHA256:b' }, never), 'refuse');
});
