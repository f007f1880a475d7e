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

void test('the box for a password names the user and the host, and offers to remember the password', () => {
  const { title, prompt, remember } = secretText(password, false);
  assert.equal(`${title}: ${prompt}`, 'Log in to devbox: Password of me on devbox');
  assert.equal(remember?.tooltip, 'Remember it');
});

void test('the prompt says that the answer will be remembered', () => {
  assert.match(secretText(password, true).prompt, /will be remembered/);
  assert.match(
    secretText({ kind: 'passphrase', host: 'devbox', keyFile: '/k', attempt: 1 }, true).prompt,
    /\/k \(will/,
  );
});

void test('the prompt of a second attempt says that the first answer was wrong', () => {
  assert.match(secretText({ ...password, attempt: 2 }, false).prompt, /^The last answer was wrong\. /);
});

void test('the box for a new password gives the reason, and offers to remember only the first of the two answers', () => {
  const { kind: _, attempt: __, ...login } = password;
  const asked = { ...login, kind: 'newPassword', reason: 'It expired.', isRepeated: false, isMismatch: false } as const;
  assert.equal(secretText(asked, false).prompt, 'It expired. New password of me on devbox');
  assert.ok(secretText(asked, false).remember);
  assert.match(secretText({ ...asked, isMismatch: true }, false).prompt, /^The two passwords differ\. /);
  const again = { ...asked, isRepeated: true };
  assert.deepEqual(secretText(again, false), {
    title: 'New password for devbox',
    prompt: 'Repeat the new password of me on devbox',
  });
});

void test('the box for a one-time code does not offer to remember the code', () => {
  assert.deepEqual(secretText(code, false), { title: 'Log in to devbox', prompt: 'Two factors Code:' });
});

void test('the words of a server have no link, no control character and an end', () => {
  const hostile = `[here](command:workbench.action.quit)\u001B[2J\u202E\n${'x'.repeat(5000)}`;
  for (const question of [
    { ...code, title: hostile },
    { ...code, instruction: hostile },
    { ...code, prompt: hostile },
    { ...password, kind: 'newPassword', reason: hostile, isMismatch: false, isRepeated: false } as const,
  ]) {
    const { title, prompt } = secretText(question, false);
    for (const text of [title, prompt]) {
      assert.doesNotMatch(text, /\]\(|[\p{Cc}\p{Cf}]/u);
      assert.ok(text.length <= 1100);
    }
  }
});
