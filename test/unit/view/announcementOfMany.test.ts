import assert from 'node:assert/strict';
import test from 'node:test';
import { type ForwardState, newHost } from '../../../src/core/session/state.ts';
import { announcementOfMany } from '../../../src/view/announcementOfMany.ts';

const host = newHost('devbox', { kind: 'typed' });

function forward(remotePort: number, port = remotePort): ForwardState {
  const traffic = { openConnections: 0, totalConnections: 0, bytesToRemote: 0, bytesFromRemote: 0 };
  return {
    id: String(remotePort),
    origin: 'user',
    remotePort,
    spec: {
      kind: 'local',
      bind: { kind: 'tcp', host: undefined, port: remotePort },
      to: { kind: 'tcp', host: 'localhost', port: remotePort },
    },
    status: { kind: 'open', bound: [{ kind: 'tcp', address: '127.0.0.1', port }], traffic },
  };
}

void test('a range is one run', () => {
  const ports = [8100, 8101, 8102, 8103].map((port) => forward(port));
  assert.equal(announcementOfMany(host, ports, []), 'Forwarded 4 ports from devbox: 8100–8103 → localhost:8100–8103.');
});

void test('a port that moved to another local port splits the run', () => {
  const ports = [forward(8100), forward(8101, 9000), forward(8102), forward(8103)];
  assert.equal(
    announcementOfMany(host, ports, []),
    'Forwarded 4 ports from devbox: 8100 → localhost:8100, 8101 → localhost:9000, 8102–8103 → localhost:8102–8103.',
  );
});

void test('the first failure is named, and the others are counted', () => {
  const failures = [1, 2, 3].map((port) => ({ name: `localhost:${port}`, why: 'Refused.' }));
  assert.equal(
    announcementOfMany(host, [forward(80)], failures),
    'Forwarded 1 port from devbox: 80 → localhost:80. Not forwarded: localhost:1: Refused. 2 more failed.',
  );
  assert.equal(announcementOfMany(host, [], failures.slice(0, 1)), 'Not forwarded: localhost:1: Refused.');
});
