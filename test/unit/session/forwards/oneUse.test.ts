import assert from 'node:assert/strict';
import { test } from 'node:test';
import { never } from '../../../../src/base/delay.ts';
import { Store } from '../../../../src/base/store.ts';
import { listeningHost, served } from '../../../../src/core/session/forwards/oneUse.ts';
import type { AppState, ForwardStatus, HostState } from '../../../../src/core/session/state.ts';
import { appState, forwardState, hostState, noTraffic, online, openAt, seenPort } from '../../../support/state.ts';

function app(status: ForwardStatus): AppState {
  return appState(hostState({ forwards: [forwardState(8400, { id: '1', status })] }));
}

function listening(openConnections: number, totalConnections: number): AppState {
  return app(openAt(8400, { traffic: { ...noTraffic, openConnections, totalConnections } }));
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  return Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);
}

const use = { host: 'devbox', id: '1', lingerMs: 60_000 } as const;

test('a forward for one use is done when its connections have ended', async () => {
  const state = new Store(listening(0, 0));
  const done = served(state, { ...use, lingerMs: 1 }, never);
  assert.equal(await isSettled(done), false);
  state.set(listening(1, 1));
  assert.equal(await isSettled(done), false);
  state.set(listening(0, 1));
  await done;
});

test('after the first use there is time for a second request, unless the program ends', async () => {
  const state = new Store(listening(0, 1));
  const done = served(state, use, never);
  assert.equal(await isSettled(done), false);
  state.set(app({ kind: 'dormant' }));
  await done;
});

test('a stopped forward is done', async () => {
  const state = new Store(listening(0, 0));
  const done = served(state, use, never);
  state.set(app({ kind: 'paused' }));
  await done;
});

test('the wait ends with its signal', async () => {
  await assert.rejects(served(new Store(listening(0, 0)), use, AbortSignal.abort(new Error('too late'))), /too late/u);
});

test('the host of a login is the one that opened the port last; the wait lasts until there is one', async () => {
  const host = (name: string, seenAt?: number): HostState =>
    hostState({ name, link: online, remotePorts: seenAt === undefined ? [] : [seenPort(8400, { seenAt })] });
  const state = new Store(appState(host('devbox')));
  const found = listeningHost(state, 8400, AbortSignal.timeout(10_000));
  state.set(appState(host('old', 1), host('devbox', 2), { ...host('away', 3), link: { kind: 'idle' } }));
  assert.equal((await found).name, 'devbox');
});
