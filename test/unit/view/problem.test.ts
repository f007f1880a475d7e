import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemText } from '../../../src/view/problem.ts';

void test('a name that is not resolved is told once where the host is called by it', () => {
  const what = (host: string): string => problemText({ code: 'dnsFailed', host, hostName: 'box.example' }).what;
  assert.equal(what('box.example'), 'The name box.example cannot be resolved.');
  assert.equal(what('box'), 'The name box.example of box cannot be resolved.');
});

void test('a password that was refused is to be typed again, and is named once; a key is to be looked after', () => {
  const refused = (tried: readonly string[]): string => {
    const { what, next } = problemText({ code: 'authFailed', host: 'box', user: 'me', tried, accepted: ['password'] });
    return `${what} ${next}`;
  };
  assert.match(refused(['password', 'password']), /tried password;.*type it once more/u);
  assert.match(refused(['publickey id', 'keyboard-interactive']), /tried publickey id, key.*type it once more/u);
  assert.match(refused(['publickey id']), /load the key into your agent/u);
});
