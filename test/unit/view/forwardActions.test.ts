import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import type { ForwardSpec } from '../../../src/core/spec/spec.ts';
import {
  type ForwardState,
  type ForwardStatus,
  type HostState,
  type SeenPort,
} from '../../../src/core/session/state.ts';
import { addressToCopy, canCopy, canExtend, canPause, forwardContext } from '../../../src/view/forwardActions.ts';
import { forwardPicks } from '../../../src/view/forwardPicks.ts';
import { hostState, onlineHost, openAt, seenPort } from '../../support/state.ts';

const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8')) as {
  contributes: {
    menus: { 'view/item/context': readonly { command: string; when: string }[] };
    keybindings: readonly { command: string; when: string; mac?: string; args?: unknown }[];
  };
};
const tcp = { kind: 'tcp', host: undefined, port: 5000 } as const;
const to = { kind: 'tcp', host: 'localhost', port: 5000 } as const;
const local: ForwardSpec = { kind: 'local', bind: tcp, to };
const wide: ForwardSpec = { ...local, bind: { ...tcp, host: '*' } };
const remote: ForwardSpec = { kind: 'remote', bind: tcp, to };
const failed: ForwardStatus = { kind: 'failed', why: { code: 'portInUse', bind: tcp } };

/** A forward that serves no known remote port. */
function forward(change: Partial<ForwardState> = {}): ForwardState {
  return { id: '1', spec: local, origin: 'user', status: openAt(5000), ...change };
}

const host = (...forwards: ForwardState[]): HostState => hostState({ forwards });

void test('a forward by hand to an unasked program may have a page, unless the program is a debugger', () => {
  const program = { framework: 'unknown', name: 'Python', icon: 'snake', role: 'unknown', isUnasked: true } as const;
  const leading = (change: Partial<SeenPort>) => ({ remotePorts: [seenPort(5000, { program, ...change })] });
  assert.ok(offers('openInBrowser', { remotePort: 5000 }, leading({})));
  assert.ok(!offers('openInBrowser', { remotePort: 5000 }, leading({ backlog: 1 })));
  assert.ok(!offers('openInBrowser', { remotePort: 5000, origin: 'auto' }, leading({})));
});

/** The commands of the menu of a forward's row. */
function menu(change: Partial<ForwardState>, at: Partial<HostState> = {}): readonly string[] {
  const one = forward(change);
  const context = forwardContext({ ...host(one), ...at }, one);
  return manifest.contributes.menus['view/item/context']
    .filter(({ when }) => new RegExp(/viewItem =~ \/(.*)\//u.exec(when)?.[1] ?? '^$', 'u').test(context))
    .map(({ command }) => command.slice('sshPorts.'.length));
}

function offers(command: string, change: Partial<ForwardState>, at: Partial<HostState> = {}): boolean {
  return menu(change, at).includes(command);
}

void test('every forward has the actions that work for all forwards in its menu', () => {
  for (const status of [openAt(5000), failed, { kind: 'opening' }, { kind: 'dormant' }] as const) {
    const commands = menu({ status });
    for (const each of ['stopForward', 'setLabel', 'showPath', 'saveForward', 'copyCommand'])
      assert.ok(commands.includes(each), `${each} while ${status.kind}`);
  }
});

void test('a forward of the SSH configuration cannot be saved there again', () => {
  assert.ok(!offers('saveForward', { origin: 'config' }));
});

void test('only SOCKS proxies, local and remote, can ask for a password', () => {
  assert.ok(offers('protectProxy', { spec: { kind: 'dynamic', bind: tcp } }));
  assert.ok(offers('protectProxy', { spec: { kind: 'remoteDynamic', bind: tcp }, status: failed }));
  assert.ok(!offers('protectProxy', {}));
  assert.ok(!offers('protectProxy', { spec: remote }));
});

void test('forwards that listen on this machine can be shared, remote forwards cannot', () => {
  assert.ok(offers('shareForward', { spec: { kind: 'dynamic', bind: tcp } }));
  assert.ok(!offers('shareForward', { spec: remote }));
});

void test('a forward with a local port can change it, also while the forward is stopped', () => {
  const statuses: readonly ForwardStatus[] = [
    openAt(5000),
    failed,
    { kind: 'off' },
    { kind: 'paused' },
    { kind: 'expired' },
  ];
  for (const status of statuses) {
    assert.ok(offers('changeLocalPort', { status }), status.kind);
    assert.ok(offers('changeLocalPort', { status, spec: { kind: 'dynamic', bind: tcp } }), status.kind);
    assert.ok(!offers('changeLocalPort', { status, spec: remote }), status.kind);
    assert.ok(!offers('changeLocalPort', { status, spec: { ...local, bind: { kind: 'unix', path: '/s' } } }));
  }
});

void test('a forward of another window can only be opened, copied and stopped', () => {
  const status = { kind: 'elsewhere', localPort: 8000 } as const;
  for (const each of ['openInBrowser', 'copyAddress', 'stopForward']) assert.ok(offers(each, { status }), each);
  for (const each of ['pauseForward', 'resumeForward', 'shareForward', 'changeLocalPort'])
    assert.ok(!offers(each, { status }), each);
});

void test('only a forward that was shared by hand can be unshared, one that was typed wide cannot', () => {
  const byHand = forward({ isSharedByHand: true, status: { ...openAt(5000), sharedFor: 60 } });
  assert.ok(offers('unshareForward', byHand));
  assert.ok(!offers('shareForward', byHand));
  const typedWide = forward({ spec: wide, status: { ...openAt(5000), sharedFor: 60 } });
  assert.ok(!offers('unshareForward', typedWide));
  assert.ok(!offers('shareForward', typedWide));
  assert.ok(offers('shareForward', {}));
  assert.ok(!offers('unshareForward', {}));
});

void test('only a share that expires can be extended', () => {
  assert.ok(offers('extendSharing', { spec: wide, status: { ...openAt(5000), sharedFor: 5 } }));
  assert.ok(!offers('extendSharing', { spec: wide, status: { ...openAt(5000), sharedFor: 'forever' } }));
  assert.ok(!offers('extendSharing', {}));
});

void test('a remote forward can be opened and copied when it has a public address', () => {
  const publicUrl = 'https://a.example.com/';
  assert.ok(offers('copyAddress', { spec: remote }, { publicUrl }));
  assert.ok(offers('openInBrowser', { spec: remote }, { publicUrl }));
  assert.ok(!offers('copyAddress', { spec: remote }));
  assert.ok(!offers('openInBrowser', { spec: remote }));
  assert.equal(addressToCopy({ ...host(), publicUrl }, forward({ spec: remote })), publicUrl);
});

void test('a program that does not speak HTTP can be opened only when a rule says that it is a page', () => {
  const redis = {
    port: 5000,
    addresses: ['127.0.0.1'],
    program: { framework: 'redis', name: 'Redis', icon: 'database', role: 'database' },
    seenAt: 0,
    wasThere: false,
  } as const;
  assert.ok(!offers('openInBrowser', { remotePort: 5000 }, { remotePorts: [redis] }));
  assert.ok(offers('openInBrowser', { remotePort: 5000, protocol: 'https' }, { remotePorts: [redis] }));
});

void test('an open forward can be paused, a stopped or failed forward can be resumed', () => {
  assert.deepEqual([offers('pauseForward', {}), offers('resumeForward', {})], [true, false]);
  for (const status of [failed, { kind: 'paused' }, { kind: 'expired' }] as const)
    assert.deepEqual([offers('pauseForward', { status }), offers('resumeForward', { status })], [false, true]);
});

void test('key bindings of the tree pass “from: key”, and do not fire while the user types text', () => {
  for (const { command, when, mac, args } of manifest.contributes.keybindings) {
    assert.deepEqual(args, { from: 'key' }, command);
    assert.match(when, /focusedView == sshPorts\.ports && listFocus && !inputFocus/u, command);
    assert.notEqual(mac, 'enter', command);
  }
});

void test('a picker lists only the forwards for which the action makes sense', () => {
  const paused = forward({ id: '2', label: 'docs', status: { kind: 'paused' } });
  const hosts = [host(forward({ remotePort: 5000 }), paused), { ...host(forward()), name: 'other' }];
  assert.deepEqual(
    forwardPicks(hosts, canPause).map(({ label, description }) => [label, description]),
    [
      ['5000', 'devbox → localhost:5000'],
      ['localhost:5000', 'other → localhost:5000'],
    ],
  );
  assert.equal(forwardPicks(hosts, canCopy).length, 2);
  assert.deepEqual(forwardPicks(hosts, canExtend), []);
  assert.deepEqual(
    forwardPicks(hosts, () => true).map(({ host: { name }, forward: { id } }) => [name, id]),
    [
      ['devbox', '1'],
      ['devbox', '2'],
      ['other', '1'],
    ],
  );
});

void test('the copied address of a database has no scheme of a page', () => {
  const program = { framework: 'redis', name: 'Redis', icon: 'database', role: 'database' } as const;
  const one = forward({ remotePort: 5000 });
  assert.equal(addressToCopy({ ...host(one), remotePorts: [seenPort(5000, { program })] }, one), 'localhost:5000');
});

void test('a third host is opened in the browser, and its URL copied, unless its port is one of databases', () => {
  const at = (port: number): Partial<ForwardState> => ({
    spec: { ...local, to: { kind: 'tcp', host: 'db.internal', port } },
  });
  assert.deepEqual([offers('openInBrowser', at(5432)), offers('openInBrowser', at(8080))], [false, true]);
  const copied = [5432, 8080].map((port) => addressToCopy(host(), forward(at(port))));
  assert.deepEqual(copied, ['localhost:5000', 'http://localhost:5000/']);
});

void test('a port where nothing listens is not opened in the browser', () => {
  assert.ok(!offers('openInBrowser', { remotePort: 5000 }, onlineHost()));
});
