import assert from 'node:assert/strict';
import test from 'node:test';
import type { ForwardStatus } from '../../../src/core/session/state.ts';
import { portTable } from '../../../src/view/portTable.ts';
import {
  flask,
  flaskPort,
  forwardState,
  hostState,
  openAt,
  remoteForward,
  seenPort,
  someTraffic,
} from '../../support/state.ts';

const postgres = seenPort(5432, { addresses: ['::1'], process: { pid: 7, name: 'postgres' }, wasThere: true });
const bind = { kind: 'tcp', host: undefined, port: 5000 } as const;

/** The last column of the first row. */
function here(status: ForwardStatus): string | undefined {
  return portTable(hostState({ remotePorts: [flaskPort()], forwards: [forwardState(5000, { status })] }))
    .split('\n')[2]
    ?.replace(/^5000 +Flask +flask */u, '');
}

void test('a host without ports is one line', () => {
  assert.equal(portTable(hostState()), 'devbox: not connected');
});

void test('forwards come first and replace their remote ports, in aligned columns', () => {
  assert.deepEqual(
    portTable(hostState({ remotePorts: [postgres, flaskPort()], forwards: [forwardState(5000)] })).split('\n'),
    [
      'devbox: not connected',
      'PORT  SERVER  PROCESS   HERE',
      '5000  Flask   flask     localhost:5000',
      '5432          postgres',
    ],
  );
});

void test('each state of a forward has its text', () => {
  assert.equal(here({ kind: 'paused' }), 'paused');
  assert.equal(here({ kind: 'dormant', localPort: 5000 }), 'server stopped');
  assert.equal(here({ kind: 'elsewhere', localPort: 5000 }), 'localhost:5000 of another window');
  assert.match(here({ kind: 'failed', why: { code: 'portInUse', bind } }) ?? '', /^Local port 5000 is taken/u);
});

void test('a stopped program is still named', () => {
  const asleep = forwardState(5000, { status: { kind: 'dormant', localPort: 5000, server: flask } });
  assert.match(portTable(hostState({ forwards: [asleep] })), /^5000 +Flask +server stopped$/mu);
});

void test('a local port other than the wanted one is shown with the reason', () => {
  const taken = { port: 5000, why: { code: 'portInUse', bind } } as const;
  const privileged = { port: 80, why: { code: 'portPrivileged', bind: { ...bind, port: 80 } } } as const;
  assert.equal(here(openAt(5001, { instead: taken })), 'localhost:5001 (5000 is taken)');
  assert.equal(here(openAt(5001, { instead: privileged })), 'localhost:5001 (80 needs administrator rights)');
});

void test('the remote end of a -R forward is shown with its host', () => {
  const table = portTable(hostState({ forwards: [remoteForward(5000)] }));
  assert.match(table, /127\.0\.0\.1:5000 on devbox$/u);
});

void test('traffic does not change the table', () => {
  assert.equal(here(openAt(5000, { traffic: someTraffic })), here(openAt(5000)));
});

void test('the line of a failed host has the reason', () => {
  assert.match(
    portTable(
      hostState({ link: { kind: 'failed', why: { code: 'dnsFailed', host: 'devbox', hostName: 'nowhere.example' } } }),
    ),
    /^devbox: .*nowhere\.example/u,
  );
});
