import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Announced } from '../../../src/core/policy/notices.ts';
import { requestFor } from '../../../src/core/session/forwardRequests.ts';
import {
  type ForwardState,
  type ForwardStatus,
  type HostState,
  newHost,
  type SeenPort,
} from '../../../src/core/session/state.ts';
import { noticeDecline } from '../../../src/view/noticeDecline.ts';

const flask = { framework: 'flask', name: 'Flask', icon: 'beaker', role: 'devServer', evidence: 'answer' } as const;
const vite = { ...flask, framework: 'vite', name: 'Vite' };
const announced: Announced = { port: 5000, url: 'http://localhost:5000/', program: flask, attributes: {} };
const traffic = { openConnections: 0, totalConnections: 0, bytesToRemote: 0, bytesFromRemote: 0 };
const listening: ForwardStatus = {
  kind: 'open',
  bound: [{ kind: 'tcp', address: '127.0.0.1', port: 5000 }],
  traffic,
};

function forwardOf(origin: ForwardState['origin'], status = listening): ForwardState {
  return { id: '7', spec: requestFor(5000, origin).spec, origin, remotePort: 5000, status };
}

function hostWith(forward?: ForwardState, program?: SeenPort['program']): HostState {
  const seen = { port: 5000, addresses: ['127.0.0.1'], seenAt: 0, wasThere: false, ...(program && { program }) };
  return {
    ...newHost('devbox', { kind: 'typed' }),
    forwards: forward ? [forward] : [],
    remotePorts: program ? [seen] : [],
  };
}

test('“Don’t Forward” stops the forward of the notice, also while its program is away or not identified yet', () => {
  const ended = { kind: 'declined', id: '7' };
  assert.deepEqual(noticeDecline(hostWith(forwardOf('auto'), flask), announced), ended);
  assert.deepEqual(noticeDecline(hostWith(forwardOf('auto')), announced), ended);
  assert.deepEqual(noticeDecline(hostWith(forwardOf('auto', { kind: 'dormant', server: flask })), announced), ended);
});

test('“Don’t Forward” has nothing to stop when the forward has ended', () => {
  assert.deepEqual(noticeDecline(hostWith(), announced), { kind: 'declined' });
});

test('“Don’t Forward” keeps a forward that the user or the configuration has made since the notice', () => {
  assert.deepEqual(noticeDecline(hostWith(forwardOf('user'), flask), announced), {
    kind: 'kept',
    why: 'Flask on devbox:5000 stays forwarded: you forwarded it yourself.',
  });
  assert.deepEqual(noticeDecline(hostWith(forwardOf('config')), announced), {
    kind: 'kept',
    why: 'The server on devbox:5000 stays forwarded: the SSH configuration forwards it.',
  });
});

test('“Don’t Forward” stops the auto-forward beside a forward of the user', () => {
  const host = hostWith(forwardOf('auto'), flask);
  const both = { ...host, forwards: [{ ...forwardOf('user'), id: '3' }, ...host.forwards] };
  assert.deepEqual(noticeDecline(both, announced), { kind: 'declined', id: '7' });
});

test('“Don’t Forward” keeps the forward of another program that has taken the port since the notice', () => {
  const kept = { kind: 'kept', why: 'Vite now listens on devbox:5000, and stays forwarded.' };
  assert.deepEqual(noticeDecline(hostWith(forwardOf('auto'), vite), announced), kept);
});
