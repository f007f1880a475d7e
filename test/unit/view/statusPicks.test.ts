import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AppState,
  emptyState,
  type ForwardState,
  type HostState,
  newHost,
} from '../../../src/core/session/state.ts';
import { status, troubles } from '../../../src/view/status.ts';
import { statusPicks } from '../../../src/view/statusPicks.ts';

const traffic = { openConnections: 0, totalConnections: 0, bytesToRemote: 0, bytesFromRemote: 0 };
const refused = { code: 'connectionRefused', host: 'down', address: '10.0.0.5', port: 22 } as const;
const program = { framework: 'flask', name: 'Flask', icon: 'beaker', role: 'devServer', scheme: 'http' } as const;

function forward(port: number, now?: ForwardState['status']): ForwardState {
  return {
    id: `f${port}`,
    origin: 'user',
    remotePort: port,
    spec: { kind: 'local', bind: { kind: 'tcp', host: undefined, port }, to: { kind: 'tcp', host: 'localhost', port } },
    status: now ?? { kind: 'open', bound: [{ kind: 'tcp', address: '127.0.0.1', port }], traffic },
  };
}

function devbox(forwards: readonly ForwardState[]): HostState {
  const facts = { transport: 'builtin', serverVersion: 's', cipher: 'c', kex: 'k', hostKey: 'h', via: [] } as const;
  return {
    ...newHost('devbox', { kind: 'typed' }),
    link: { kind: 'online', since: 0, facts: { ...facts, authMethod: 'publickey' } },
    remotePorts: [{ port: 5000, addresses: ['127.0.0.1'], seenAt: 0, wasThere: false, program }],
    forwards,
  };
}

const down: HostState = { ...newHost('down', { kind: 'typed' }), link: { kind: 'failed', why: refused } };

function app(...hosts: readonly HostState[]): AppState {
  return { ...emptyState, hosts };
}

/** The labels of each section. */
function labels(state: AppState, previousHosts: readonly string[] = []) {
  return statusPicks(state, previousHosts).map(({ title, picks }) => [title, ...picks.map(({ label }) => label)]);
}

void test('the switch is the first row, and says what it stops', () => {
  const state = app(devbox([forward(5000), forward(6000)]));
  const [first] = statusPicks(state, []);
  assert.equal(first?.picks[0]?.label, 'Switch Off');
  assert.equal(first.picks[0].description, 'stops 2 ports');
  assert.deepEqual(labels({ ...state, isForwarding: false })[0], ['', 'Switch On']);
});

void test('a page opens, with buttons to open and to copy', () => {
  const [, addresses] = statusPicks(app(devbox([forward(5000)])), []);
  const [pick] = addresses?.picks ?? [];
  assert.equal(pick?.label, 'localhost:5000');
  assert.equal(pick.description, '5000 Flask · devbox');
  const target = { kind: 'forward', host: 'devbox', id: 'f5000' };
  assert.deepEqual(pick.action, { command: 'openInBrowser', target });
  assert.deepEqual(
    pick.buttons.map(({ command, target: its }) => [command, its]),
    [
      ['openInBrowser', target],
      ['copyAddress', target],
    ],
  );
});

void test('a failed host comes with a retry and can be dismissed; a failed forward comes with a retry', () => {
  const failed = forward(80, { kind: 'failed', why: { code: 'portPrivileged', bind: forward(80).spec.bind } });
  const [, problems, addresses] = statusPicks(app(down, devbox([failed])), []);
  assert.deepEqual(
    problems?.picks.map(({ label, action }) => [label, action.command]),
    [
      ['down: refused', 'connect'],
      ['80 on devbox: needs administrator rights', 'resumeForward'],
    ],
  );
  assert.deepEqual(
    problems?.picks[0]?.buttons.map(({ tooltip }) => tooltip),
    ['Open SSH Configuration', 'Dismiss'],
  );
  assert.equal(addresses, undefined);
});

void test('hosts of the window before the reload can be reconnected', () => {
  assert.deepEqual(labels(emptyState, ['devbox', 'other']), [['', 'Switch Off', 'Reconnect']]);
  const options = { click: 'menu', seen: [], previousHosts: ['devbox', 'other'] } as const;
  assert.equal(status(emptyState, options)?.text, '$(history) 2 hosts');
  assert.equal(status(emptyState, { ...options, previousHosts: [] }), undefined);
});

void test('a trouble that the user has seen gives no warning colour, and a new one does', () => {
  const state = app(down, devbox([forward(5000)]));
  const options = { click: 'menu', seen: troubles(state), previousHosts: [] } as const;
  assert.equal(status(state)?.look, 'warning');
  assert.equal(status(state, options)?.look, 'normal');
  const more = app(down, { ...down, name: 'down2' });
  assert.equal(status(more, options)?.look, 'warning');
});
