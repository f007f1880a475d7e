import assert from 'node:assert/strict';
import test from 'node:test';
import { credentialProblem, shareQuestion } from '../../../src/view/share.ts';

const bind = { kind: 'tcp', host: '0.0.0.0', port: 1080 } as const;

void test('the question offers a password for a SOCKS proxy, not for other forwards', () => {
  assert.equal(shareQuestion([{ kind: 'dynamic', bind }], 3_600_000).protect, 'Open with a Password…');
  const to = { kind: 'tcp', host: 'localhost', port: 80 } as const;
  assert.equal(shareQuestion([{ kind: 'local', bind, to }], 3_600_000).protect, undefined);
});

void test('the question says how long the share lasts', () => {
  const yes = [1, 30, 60, 120, 0].map((minutes) => shareQuestion([{ kind: 'dynamic', bind }], minutes * 60_000).yes);
  assert.deepEqual(yes, ['Open for 1 minute', 'Open for 30 minutes', 'Open for 1 hour', 'Open for 2 hours', 'Open']);
});

void test('a user name or password of more than 255 bytes is a problem', () => {
  assert.equal(credentialProblem('x'.repeat(255)), undefined);
  assert.match(credentialProblem('ü'.repeat(128)) ?? '', /255 bytes/u);
});

void test('a protected proxy is not announced as open without a login', () => {
  const wide = { kind: 'dynamic', bind } as const;
  assert.match(shareQuestion([wide], 0).detail, /without logging in\.$/u);
  const question = shareQuestion([wide], 0, true);
  assert.match(question.detail, /with the user name and the password of the proxy\.$/u);
  assert.equal(question.protect, undefined);
  assert.equal(question.what, 'Open port 1080 to the network?');
});
