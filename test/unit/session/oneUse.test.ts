import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Store } from '../../../src/base/store.ts';
import { served } from '../../../src/core/session/oneUse.ts';
import { type AppState, emptyState, type ForwardStatus, newHost } from '../../../src/core/session/state.ts';

function app(status: ForwardStatus): AppState {
  const spec = { kind: 'dynamic', bind: { kind: 'tcp', host: undefined, port: 8400 } } as const;
  return {
    ...emptyState,
    hosts: [{ ...newHost('devbox', { kind: 'typed' }), forwards: [{ id: '1', spec, origin: 'auto', status }] }],
  };
}

function listening(openConnections: number, totalConnections: number): AppState {
  const traffic = { openConnections, totalConnections, bytesToRemote: 0, bytesFromRemote: 0 };
  return app({ kind: 'listening', bound: [], traffic });
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  return Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);
}

test('a forward has served once somebody came and went', async () => {
  const state = new Store(listening(0, 0));
  const done = served(state, 'devbox', '1', new AbortController().signal);
  assert.equal(await isSettled(done), false);
  state.set(listening(1, 1));
  assert.equal(await isSettled(done), false);
  state.set(listening(0, 1));
  await done;
});

test('a forward that is stopped has served', async () => {
  const state = new Store(listening(0, 0));
  const done = served(state, 'devbox', '1', new AbortController().signal);
  state.set(app({ kind: 'paused' }));
  await done;
});

test('waiting ends with its signal', async () => {
  await assert.rejects(
    served(new Store(listening(0, 0)), 'devbox', '1', AbortSignal.abort(new Error('too late'))),
    /too late/u,
  );
});
