import assert from 'node:assert/strict';
import test from 'node:test';
import { readTypedHost } from '../../../src/core/config/typed.ts';
import { type HostPick, hostsByUse, listedHost, portHosts, typedHost as pickOf } from '../../../src/view/hostPicks.ts';
import { hostState, online } from '../../support/state.ts';

function typedHost(text: string): HostPick | undefined {
  const typed = readTypedHost(text);
  assert.notEqual(typed?.kind, 'ports', `${text} is a host`);
  return typed && typed.kind !== 'ports' ? pickOf(typed) : undefined;
}

void test('a host of the list shows its name, and whether it is connected', () => {
  const idle = hostState();
  assert.equal(listedHost(idle).description, '');
  assert.equal(listedHost(hostState({ link: online })).description, 'connected');
  assert.deepEqual(listedHost(idle).choice, { name: 'devbox', options: [], forwards: [] });
});

void test('an empty text is no host', () => {
  assert.equal(typedHost('  '), undefined);
});

void test('a destination may have every form that ssh takes', () => {
  assert.deepEqual(typedHost(' me@example.com ')?.choice, { name: 'me@example.com', options: [], forwards: [] });
});

void test('a typed host does not sort before listed hosts with the same beginning', () => {
  const pick = typedHost('dev');
  assert.doesNotMatch(pick?.label ?? 'dev', /dev/u);
  assert.equal(pick?.description, 'dev');
});

void test('an impossible host name is an error while the user types, also in a command', () => {
  for (const text of ['me@', '@x', 'box:99999', ';rm', 'ssh "a;b"']) {
    const pick = typedHost(text);
    assert.deepEqual([pick?.icon, pick?.choice], ['error', undefined], text);
    assert.match(pick?.label ?? '', /is not a valid/u, text);
  }
});

void test('words that are no command are an error that says how a command begins', () => {
  const pick = typedHost('me at example.com');
  assert.equal(pick?.icon, 'error');
  assert.equal(pick.choice, undefined);
  assert.match(pick.description, /begins with ssh/u);
});

void test('a pasted command yields host, user, port, options and forwards', () => {
  const pick = typedHost('ssh -N -o Compression=yes -p 2222 -L 8000:localhost:8080 -l me remote.example.com');
  assert.equal(pick?.label, 'me@remote.example.com:2222');
  assert.equal(pick.description, 'localhost:8080');
  assert.deepEqual(pick.choice?.options, ['Compression=yes']);
  assert.deepEqual(
    pick.choice.forwards.map(({ kind }) => kind),
    ['local'],
  );
});

void test('an IPv6 address with a port is in brackets', () => {
  assert.equal(typedHost('ssh -p 2222 fe80::1')?.choice?.name, '[fe80::1]:2222');
  assert.equal(typedHost('ssh fe80::1')?.choice?.name, 'fe80::1');
});

void test('a command without a destination or with an unknown flag is an error that cannot be chosen', () => {
  for (const text of ['ssh -N', 'ssh --frobnicate devbox']) {
    const pick = typedHost(text);
    assert.equal(pick?.icon, 'error', text);
    assert.equal(pick.choice, undefined, text);
    assert.notEqual(pick.label, '', text);
  }
});

function hosts() {
  const host = (name: string) => hostState({ name });
  return [
    host('idle'),
    { ...host('older'), link: { ...online, since: 1 } },
    { ...host('connecting'), link: { kind: 'connecting', since: 9 } as const },
    { ...host('newer'), link: { ...online, since: 2 } },
  ];
}

void test('the host that connected last comes first', () => {
  assert.deepEqual(
    hostsByUse(hosts()).map(({ name }) => name),
    ['newer', 'older', 'connecting', 'idle'],
  );
});

void test('ports that are typed before the host ask which connected host they belong to', () => {
  const typed = readTypedHost('http://localhost:5000/a?b');
  assert.ok(typed?.kind === 'ports');
  const picks = portHosts(typed.forwards, hostsByUse(hosts()));
  assert.deepEqual(
    picks.map(({ label, description }) => `${label}: ${description}`),
    ['newer', 'older', 'connecting'].map((name) => `${name}: forward localhost:5000`),
  );
  assert.deepEqual(picks[0]?.choice, {
    name: 'newer',
    options: [],
    forwards: typed.forwards.specs,
    page: 'http://localhost:5000/a?b',
  });
  const idle = portHosts(typed.forwards, [hostState({ name: 'idle' })]);
  assert.equal(idle[0]?.label, 'idle');
});
