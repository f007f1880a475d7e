import assert from 'node:assert/strict';
import test from 'node:test';
import { newHost } from '../../../src/core/session/state.ts';
import { listedHost, typedHost } from '../../../src/view/hostPicks.ts';

void test('a host of the list is chosen by its name, and says when it is connected', () => {
  const idle = newHost('devbox', { kind: 'typed' });
  const facts = {
    transport: 'builtin',
    serverVersion: 'SSH-2.0-OpenSSH_9.2',
    cipher: 'c',
    kex: 'k',
    hostKey: 'h',
    via: [],
    authMethod: 'publickey',
  } as const;
  assert.equal(listedHost(idle).description, '');
  assert.equal(listedHost({ ...idle, link: { kind: 'online', since: 0, facts } }).description, 'connected');
  assert.deepEqual(listedHost(idle).choice, { name: 'devbox', options: [], forwards: [] });
});

void test('an empty line is no host', () => {
  assert.equal(typedHost('  '), undefined);
});

void test('a destination is taken as one types it after ssh', () => {
  assert.deepEqual(typedHost(' me@example.com ')?.choice, { name: 'me@example.com', options: [], forwards: [] });
});

void test('a host that is typed does not stand before those of the list that begin alike', () => {
  const pick = typedHost('dev');
  assert.doesNotMatch(pick?.label ?? 'dev', /dev/u);
  assert.equal(pick?.description, 'dev');
});

void test('what can be no host is an error while it is typed, in a command as well', () => {
  for (const text of ['me@', '@x', 'http://x', 'box:99999', ';rm', 'ssh "a;b"']) {
    const pick = typedHost(text);
    assert.deepEqual([pick?.icon, pick?.choice], ['error', undefined], text);
    assert.match(pick?.label ?? '', /is not a valid/u, text);
  }
});

void test('words that are no command are an error that says how one begins', () => {
  const pick = typedHost('me at example.com');
  assert.equal(pick?.icon, 'error');
  assert.equal(pick.choice, undefined);
  assert.match(pick.description, /begins with ssh/u);
});

void test('a pasted command gives host, user, port, options and forwards', () => {
  const pick = typedHost('ssh -N -o Compression=yes -p 2222 -L 8000:localhost:8080 -l me remote.example.com');
  assert.equal(pick?.label, 'me@remote.example.com:2222');
  assert.equal(pick.description, 'localhost:8080');
  assert.deepEqual(pick.choice?.options, ['Compression=yes']);
  assert.deepEqual(
    pick.choice.forwards.map(({ kind }) => kind),
    ['local'],
  );
});

void test('an IPv6 address keeps its port apart', () => {
  assert.equal(typedHost('ssh -p 2222 fe80::1')?.choice?.name, '[fe80::1]:2222');
  assert.equal(typedHost('ssh fe80::1')?.choice?.name, 'fe80::1');
});

void test('a command without a destination, or with an unknown flag, is an error that cannot be chosen', () => {
  for (const text of ['ssh -N', 'ssh --frobnicate devbox']) {
    const pick = typedHost(text);
    assert.equal(pick?.icon, 'error', text);
    assert.equal(pick.choice, undefined, text);
    assert.notEqual(pick.label, '', text);
  }
});
