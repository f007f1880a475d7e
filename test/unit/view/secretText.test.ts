import assert from 'node:assert/strict';
import test from 'node:test';
import { secretText } from '../../../src/view/secretText.ts';

const password = { kind: 'password', host: 'devbox', server: '10.0.0.5:22', user: 'me', attempt: 1 } as const;
const code = {
  kind: 'keyboardInteractive',
  host: 'devbox',
  user: 'me',
  title: '',
  instruction: 'Two factors',
  prompt: 'Code:',
  echo: false,
} as const;

void test('a password says whose and where, and may be remembered', () => {
  const { title, prompt, remember } = secretText(password, false);
  assert.equal(`${title}: ${prompt}`, 'Log in to devbox: Password of me on devbox');
  assert.equal(remember?.tooltip, 'Remember it');
});

void test('what will be remembered is said where it is typed', () => {
  assert.match(secretText(password, true).prompt, /will be remembered/);
  assert.match(
    secretText({ kind: 'passphrase', host: 'devbox', keyFile: '/k', attempt: 1 }, true).prompt,
    /\/k \(will/,
  );
});

void test('a second attempt says that the first was wrong', () => {
  assert.match(secretText({ ...password, attempt: 2 }, false).prompt, /^That was not right\. /);
});

void test('a new password says why it is wanted, and may be remembered when it is typed first', () => {
  const { kind: _, attempt: __, ...login } = password;
  const asked = { ...login, kind: 'newPassword', reason: 'It expired.', isRepeated: false, isMismatch: false } as const;
  assert.equal(secretText(asked, false).prompt, 'It expired. New password of me on devbox');
  assert.ok(secretText(asked, false).remember);
  assert.match(secretText({ ...asked, isMismatch: true }, false).prompt, /^The two were not the same\. /);
  const again = { ...asked, isRepeated: true };
  assert.deepEqual(secretText(again, false), {
    title: 'New password for devbox',
    prompt: 'The new password of me on devbox once more',
  });
});

void test('a one-time code is never offered to be remembered', () => {
  assert.deepEqual(secretText(code, false), { title: 'Log in to devbox', prompt: 'Two factors Code:' });
});
