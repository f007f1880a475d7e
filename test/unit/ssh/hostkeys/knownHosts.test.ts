import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  hashedName,
  judge,
  judgeAuthorityOf,
  knownKinds,
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

void test('revoked wins over known, known over changed, and an authority says nothing of a plain key', () => {
  const entries = parseKnownHosts(
    '/k',
    [line('h', 1), line('h', 2), `@revoked ${line('*', 2)}`, `@cert-authority ${line('c', 9)}`].join('\n'),
  );
  assert.equal(judge(entries, 'h', key(1)).kind, 'known');
  assert.equal(judge(entries, 'h', key(2)).kind, 'revoked');
  assert.equal(judge(entries, 'h', key(3)).kind, 'changed');
  assert.equal(judge(entries, 'c', key(9)).kind, 'unknown');
  assert.equal(judge(entries, 'x', key(3)).kind, 'unknown');
});

void test('a certificate is judged by authorities and revoked keys, first with the port, then without', () => {
  const entries = parseKnownHosts(
    '/k',
    [line('h', 1), `@cert-authority ${line('h', 9)}`, `@cert-authority ${line('[h]:2', 8)}`]
      .concat([`@revoked ${line('*', 2)}`, line('[h]:2', 7)])
      .join('\n'),
  );
  const kind = (hostKey: number, authority: number, name = '[h]:2'): string =>
    judgeAuthorityOf(entries, name, 'h', { key: key(hostKey), authority: key(authority) }).verdict.kind;
  assert.equal(kind(5, 8), 'known');
  assert.equal(kind(5, 9), 'known');
  assert.equal(kind(5, 9, '[h]:3'), 'known');
  assert.equal(kind(5, 7), 'otherAuthority');
  assert.equal(kind(5, 2), 'revoked');
  assert.equal(kind(2, 8), 'revoked');
  assert.deepEqual(knownKinds(entries, '[h]:2', 'h'), { types: ['ssh-ed25519'], hasAuthority: true });
  assert.deepEqual(knownKinds(entries, '[x]:2', 'x'), { types: [], hasAuthority: false });
});
