import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHost } from '../../../src/core/session/state.ts';
import { hostJson } from '../../../src/view/hostJson.ts';

void test('--json keeps the names that scripts read: listeners, identity, isShared and listening', () => {
  const host = newHost('devbox', { kind: 'typed' });
  const program = { framework: 'flask', name: 'Flask', icon: 'beaker', role: 'devServer' } as const;
  const spec = { kind: 'dynamic', bind: { kind: 'tcp', host: undefined, port: 1080 } } as const;
  const traffic = { openConnections: 0, totalConnections: 0, bytesToRemote: 0, bytesFromRemote: 0 };
  assert.deepEqual(
    hostJson({
      ...host,
      remotePorts: [{ port: 5000, addresses: ['127.0.0.1'], program, seenAt: 7, wasThere: false }],
      forwards: [
        { id: '1', spec, origin: 'user', isSharedByHand: true, status: { kind: 'open', bound: [], traffic } },
        { id: '2', spec, origin: 'user', status: { kind: 'paused' } },
      ],
    }),
    {
      name: 'devbox',
      source: { kind: 'typed' },
      link: { kind: 'idle' },
      detection: { kind: 'off' },
      listeners: [
        { listener: { port: 5000, addresses: ['127.0.0.1'] }, identity: program, seenAt: 7, wasThere: false },
      ],
      forwards: [
        { id: '1', spec, origin: 'user', isShared: true, status: { kind: 'listening', bound: [], traffic } },
        { id: '2', spec, origin: 'user', status: { kind: 'paused' } },
      ],
    },
  );
});
