import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  hashedName,
  judge,
  lookupName,
  namesHost,
  parseKnownHosts,
} from '../../../../src/core/ssh/hostkeys/knownHosts.ts';
import { string } from '../../../../src/core/ssh/keys/wire.ts';

const key = (fill: number): Buffer => Buffer.concat([string('ssh-ed25519'), string(Buffer.alloc(32, fill))]);
const line = (hosts: string, fill: number): string => `${hosts} ssh-ed25519 ${key(fill).toString('base64')}`;

void test('every usable line keeps its file, number and marker', () => {
  const text = ['# comment', '', line('a', 1), 'garbage', `@revoked ${line('b', 2)}`, `@unknown ${line('c', 3)}`].join(
    '\r\n',
  );
  assert.deepEqual(
    parseKnownHosts('/k', text).map(({ file, line: number, marker, hosts }) => ({ file, number, marker, hosts })),
    [
      { file: '/k', number: 3, marker: 'none', hosts: 'a' },
      { file: '/k', number: 5, marker: 'revoked', hosts: 'b' },
    ],
  );
});

void test('the parser throws for no text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(parseKnownHosts('/k', text))));
});

void test('a port other than 22 is part of the name', () => {
  assert.equal(lookupName('Example.ORG', 22), 'example.org');
  assert.equal(lookupName('example.org', 2222), '[example.org]:2222');
});

void test('patterns ignore case, and a negation excludes', () => {
  assert.ok(namesHost('*.Example.org', 'a.example.org'));
  assert.ok(!namesHost('*.example.org,!a.example.org', 'a.example.org'));
  assert.ok(!namesHost('!a', 'b'));
});

void test('a hashed name matches that name only', () => {
  const hashed = hashedName('[host]:2222', Buffer.alloc(20, 3));
  assert.ok(namesHost(hashed, '[host]:2222'));
  assert.ok(!namesHost(hashed, 'host'));
});

void test('revoked wins over known, known over changed, and an authority over unknown', () => {
  const entries = parseKnownHosts(
    '/k',
    [line('h', 1), line('h', 2), `@revoked ${line('*', 2)}`, `@cert-authority ${line('c', 9)}`].join('\n'),
  );
  assert.equal(judge(entries, 'h', key(1)).kind, 'known');
  assert.equal(judge(entries, 'h', key(2)).kind, 'revoked');
  assert.equal(judge(entries, 'h', key(3)).kind, 'changed');
  assert.equal(judge(entries, 'c', key(3)).kind, 'certAuthority');
  assert.equal(judge(entries, 'x', key(3)).kind, 'unknown');
});
