import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostState } from '../../../src/core/session/state.ts';
import { hostChangeJson, hostJson } from '../../../src/view/hostJson.ts';
import { readHost } from '../../support/hostLines.ts';
import { forwardState, hostState, noTraffic, online, openAt, seenPort, someTraffic } from '../../support/state.ts';

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

const counted = forwardState(5000, { status: openAt(5000, { traffic: someTraffic }) });
const connected = hostState({ link: online });
const busy = { ...connected, remotePorts: [seenPort(5000), seenPort(8000)], forwards: [forwardState(5000)] };

void test('the lines of changes tell the same as the last whole state', () => {
  const states: readonly HostState[] = [
    hostState({ publicUrl: 'https://a.example' }),
    connected,
    { ...connected, remotePorts: [seenPort(5000)] },
    busy,
    { ...busy, forwards: [counted, forwardState(8000)] },
    { ...busy, remotePorts: [seenPort(8000)], forwards: [forwardState(8000)] },
  ];
  const lines = states.map((state, index) => {
    const before = states[index - 1];
    return JSON.stringify(before ? hostChangeJson(before, state) : hostJson(state));
  });
  const last = states.at(-1);
  assert.ok(last);
  assert.deepEqual(readHost(lines), JSON.parse(JSON.stringify(hostJson(last))));
});

void test('a new count of bytes is a line of that forward alone', () => {
  const change = hostChangeJson(busy, { ...busy, forwards: [counted] });
  assert.deepEqual(change, { forwards: [hostJson({ ...busy, forwards: [counted] }).forwards[0]] });
});

void test('a state that says the same is no line', () => {
  assert.equal(hostChangeJson(busy, structuredClone(busy)), undefined);
});
