import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Program } from '../../../src/core/detect/identify/program.ts';
import type { Announced } from '../../../src/core/policy/notices.ts';
import type { ForwardState, ForwardStatus, HostState } from '../../../src/core/session/state.ts';
import { noticeDecline } from '../../../src/view/noticeDecline.ts';
import { flask, flaskPort, forwardState, hostState, openAt } from '../../support/state.ts';

const vite = { ...flask, framework: 'vite', name: 'Vite' };
const announced: Announced = { port: 5000, url: 'http://localhost:5000/', program: flask, attributes: {} };
function forwardOf(origin: ForwardState['origin'], status: ForwardStatus = openAt(5000)): ForwardState {
  return forwardState(5000, { id: '7', origin, status });
}

/** A host that has the forward, and the program at its remote port unless nobody has asked that port yet. */
function hostWith(forward?: ForwardState, program?: Program): HostState {
  return hostState({
    forwards: forward ? [forward] : [],
    remotePorts: program ? [flaskPort(5000, { program })] : [],
  });
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
