import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostJson } from '../../../src/view/hostJson.ts';
import { hostState, noTraffic } from '../../support/state.ts';

void test('--json keeps the names that scripts read: listeners, identity, isShared and listening', () => {
  const program = { framework: 'flask', name: 'Flask', icon: 'beaker', role: 'devServer' } as const;
  const spec = { kind: 'dynamic', bind: { kind: 'tcp', host: undefined, port: 1080 } } as const;
  assert.deepEqual(
    hostJson(
      hostState({
        remotePorts: [{ port: 5000, addresses: ['127.0.0.1'], program, seenAt: 7, wasThere: false }],
        forwards: [
          {
            id: '1',
            spec,
            origin: 'user',
            isSharedByHand: true,
            status: { kind: 'open', bound: [], traffic: noTraffic },
          },
          { id: '2', spec, origin: 'user', status: { kind: 'paused' } },
        ],
      }),
    ),
    {
      name: 'devbox',
      source: { kind: 'typed' },
      link: { kind: 'idle' },
      detection: { kind: 'off' },
      listeners: [
        { listener: { port: 5000, addresses: ['127.0.0.1'] }, identity: program, seenAt: 7, wasThere: false },
      ],
      forwards: [
        { id: '1', spec, origin: 'user', isShared: true, status: { kind: 'listening', bound: [], traffic: noTraffic } },
        { id: '2', spec, origin: 'user', status: { kind: 'paused' } },
      ],
    },
  );
});
