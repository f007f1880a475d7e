import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bind } from '../../../src/core/spec/spec.ts';
import { problemText } from '../../../src/view/problem.ts';

void test('an unresolved name is written once when the host has the same name', () => {
  const what = (host: string): string => problemText({ code: 'dnsFailed', host, hostName: 'box.example' }).what;
  assert.equal(what('box.example'), 'The name box.example cannot be resolved.');
  assert.equal(what('box'), 'The name box.example of box cannot be resolved.');
});

function refused(tried: readonly string[], accepted: readonly string[] = ['password']): string {
  const { brief, what, next } = problemText({ code: 'authFailed', host: 'box', user: 'me', tried, accepted });
  return `${brief}: ${what} ${next}`;
}

void test('a refused password is named once, and the next step is to type it again', () => {
  assert.match(refused(['password', 'password']), /^wrong password: .*tried: password; .*type the password once more/u);
});

void test('a server that hangs up after the last wrong password is not said to accept anything', () => {
  assert.doesNotMatch(refused(['password', 'password', 'password'], []), /accept/u);
});

void test('after keyboard-interactive the next step names the key too, for the server may have asked nothing', () => {
  const text = refused(['publickey id', 'keyboard-interactive']);
  assert.match(text, /^login refused: .*tried: publickey id, keyboard-interactive;.*answer the server.*IdentityFile/u);
});

void test('after a refused key the next step is to look after the key', () => {
  assert.match(refused(['publickey id']), /load the key into your agent/u);
});

void test('without ssh in the PATH the text says what the built-in client lacks, and what to install', () => {
  const lacking = { code: 'noCommonAlgorithm', host: 'box', what: 'cipher', server: ['3des-cbc'] } as const;
  const { what, next } = problemText({ code: 'opensshMissing', host: 'box', why: 'notFound', lacking });
  assert.match(what, /offers no cipher .*3des-cbc.*the PATH has no ssh/u);
  assert.equal(next, 'Install the OpenSSH client.');
});

void test('a local port of all interfaces, one address and a socket are named as one names them', () => {
  const taken = (bind: Bind): string => problemText({ code: 'portInUse', bind }).what;
  assert.equal(taken({ kind: 'tcp', host: undefined, port: 80 }), 'Local port 80 is taken.');
  assert.equal(taken({ kind: 'tcp', host: '*', port: 80 }), 'Local port 80 on all interfaces is taken.');
  assert.equal(taken({ kind: 'tcp', host: '::1', port: 80 }), '[::1]:80 is taken.');
  assert.equal(taken({ kind: 'unix', path: '/run/s' }), '/run/s is taken.');
});

void test('a host certificate that does not count is named with its fault', () => {
  const key = { host: 'box', keyType: 'ssh-ed25519', fingerprint: 'SHA256:abc' };
  const { what } = problemText({ code: 'hostCertificateInvalid', ...key, fault: 'expired' });
  assert.equal(what, 'The certificate of box (ED25519 key SHA256:abc) does not count: it has expired.');
});
