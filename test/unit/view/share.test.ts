import assert from 'node:assert/strict';
import test from 'node:test';
import { credentialProblem, shareQuestion } from '../../../src/view/share.ts';

const bind = { kind: 'tcp', host: '0.0.0.0', port: 1080 } as const;

void test('a SOCKS proxy for the network is offered with a password, other forwards are not', () => {
  assert.equal(shareQuestion([{ kind: 'dynamic', bind }], 3_600_000).protect, 'Open with a Password…');
  const to = { kind: 'tcp', host: 'localhost', port: 80 } as const;
  assert.equal(shareQuestion([{ kind: 'local', bind, to }], 3_600_000).protect, undefined);
});

void test('the question says for how long', () => {
  const yes = [1, 30, 60, 120, 0].map((minutes) => shareQuestion([{ kind: 'dynamic', bind }], minutes * 60_000).yes);
  assert.deepEqual(yes, ['Open for 1 minute', 'Open for 30 minutes', 'Open for 1 hour', 'Open for 2 hours', 'Open']);
});

void test('a name or password that SOCKS has no room for is a problem, counted in bytes', () => {
  assert.equal(credentialProblem('x'.repeat(255)), undefined);
  assert.match(credentialProblem('ü'.repeat(128)) ?? '', /255 bytes/u);
});
