import assert from 'node:assert/strict';
import test from 'node:test';
import { type ForwardState, type ForwardStatus, type HostState, newHost } from '../../../src/core/session/state.ts';
import { portTable } from '../../../src/view/portTable.ts';

const flask = {
  port: 5000,
  addresses: ['127.0.0.1'],
  process: { pid: 812, name: 'flask' },
  program: { framework: 'flask', name: 'Flask', icon: 'beaker', role: 'devServer' },
  seenAt: 0,
  wasThere: false,
} as const;
const postgres = {
  port: 5432,
  addresses: ['::1'],
  process: { pid: 7, name: 'postgres' },
  seenAt: 0,
  wasThere: true,
} as const;
const bind = { kind: 'tcp', host: undefined, port: 5000 } as const;
const traffic = { openConnections: 0, totalConnections: 0, bytesToRemote: 0, bytesFromRemote: 0 };
const listening: ForwardStatus = {
  kind: 'open',
  bound: [{ kind: 'tcp', address: '127.0.0.1', port: 5000 }],
  traffic,
};

function forward(status: ForwardStatus): ForwardState {
  const spec = { kind: 'local', bind, to: { kind: 'tcp', host: 'localhost', port: 5000 } } as const;
  return { id: '1', spec, origin: 'auto', remotePort: 5000, status };
}

function host(change: Partial<HostState> = {}): HostState {
  return { ...newHost('devbox', { kind: 'typed' }), ...change };
}

/** The last column of the first row. */
function here(status: ForwardStatus): string | undefined {
  return portTable(host({ remotePorts: [flask], forwards: [forward(status)] }))
    .split('\n')[2]
    ?.replace(/^5000 +Flask +flask */u, '');
}

void test('a host without ports is one line', () => {
  assert.equal(portTable(host()), 'devbox: not connected');
});

void test('forwards come first and replace their remote ports, in aligned columns', () => {
  assert.deepEqual(portTable(host({ remotePorts: [postgres, flask], forwards: [forward(listening)] })).split('\n'), [
    'devbox: not connected',
    'PORT  SERVER  PROCESS   HERE',
    '5000  Flask   flask     localhost:5000',
    '5432          postgres',
  ]);
});

void test('each state of a forward has its text', () => {
  assert.equal(here({ kind: 'paused' }), 'paused');
  assert.equal(here({ kind: 'dormant', localPort: 5000 }), 'server stopped');
  assert.equal(here({ kind: 'elsewhere', localPort: 5000 }), 'localhost:5000 of another window');
  assert.match(here({ kind: 'failed', why: { code: 'portInUse', bind } }) ?? '', /^Local port 5000 is taken/u);
});

void test('a stopped program is still named', () => {
  const asleep = forward({ kind: 'dormant', localPort: 5000, server: flask.program });
  assert.match(portTable(host({ forwards: [asleep] })), /^5000 +Flask +server stopped$/mu);
});

void test('a local port other than the wanted one is shown with the reason', () => {
  const bound = [{ kind: 'tcp', address: '127.0.0.1', port: 5001 }] as const;
  const taken = { port: 5000, why: { code: 'portInUse', bind } } as const;
  const privileged = { port: 80, why: { code: 'portPrivileged', bind: { ...bind, port: 80 } } } as const;
  assert.equal(here({ ...listening, bound, instead: taken }), 'localhost:5001 (5000 is taken)');
  assert.equal(here({ ...listening, bound, instead: privileged }), 'localhost:5001 (80 needs administrator rights)');
});

void test('the remote end of a -R forward is shown with its host', () => {
  const spec = { kind: 'remote', bind, to: { kind: 'tcp', host: 'localhost', port: 22 } } as const;
  const table = portTable(host({ forwards: [{ id: '1', spec, origin: 'user', status: listening }] }));
  assert.match(table, /127\.0\.0\.1:5000 on devbox$/u);
});

void test('traffic does not change the table', () => {
  const busy = { ...traffic, openConnections: 3, bytesFromRemote: 1_000_000 };
  assert.equal(here({ ...listening, traffic: busy }), here(listening));
});

void test('the line of a failed host has the reason', () => {
  assert.match(
    portTable(
      host({ link: { kind: 'failed', why: { code: 'dnsFailed', host: 'devbox', hostName: 'nowhere.example' } } }),
    ),
    /^devbox: .*nowhere\.example/u,
  );
});
