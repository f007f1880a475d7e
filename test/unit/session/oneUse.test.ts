import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Store } from '../../../src/base/store.ts';
import { listeningHost, served } from '../../../src/core/session/oneUse.ts';
import {
  type AppState,
  emptyState,
  type ForwardStatus,
  type HostState,
  newHost,
} from '../../../src/core/session/state.ts';

const facts = {
  transport: 'builtin',
  serverVersion: 'SSH-2.0-OpenSSH_9.2',
  cipher: 'aes128-gcm',
  kex: 'k',
  hostKey: 'h',
  via: [],
  authMethod: 'publickey',
} as const;

function app(status: ForwardStatus): AppState {
  const spec = { kind: 'dynamic', bind: { kind: 'tcp', host: undefined, port: 8400 } } as const;
  return {
    ...emptyState,
    hosts: [{ ...newHost('devbox', { kind: 'typed' }), forwards: [{ id: '1', spec, origin: 'auto', status }] }],
  };
}

function listening(openConnections: number, totalConnections: number): AppState {
  const traffic = { openConnections, totalConnections, bytesToRemote: 0, bytesFromRemote: 0 };
  return app({ kind: 'open', bound: [], traffic });
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  return Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);
}

const use = { host: 'devbox', id: '1', lingerMs: 60_000 } as const;

test('a forward has served when its connections have ended', async () => {
  const state = new Store(listening(0, 0));
  const done = served(state, { ...use, lingerMs: 1 }, new AbortController().signal);
  assert.equal(await isSettled(done), false);
  state.set(listening(1, 1));
  assert.equal(await isSettled(done), false);
  state.set(listening(0, 1));
  await done;
});

test('after the first use a second request has time, unless the program goes', async () => {
  const state = new Store(listening(0, 1));
  const done = served(state, use, new AbortController().signal);
  assert.equal(await isSettled(done), false);
  state.set(app({ kind: 'dormant' }));
  await done;
});

test('a forward that is stopped has served', async () => {
  const state = new Store(listening(0, 0));
  const done = served(state, use, new AbortController().signal);
  state.set(app({ kind: 'paused' }));
  await done;
});

test('the wait ends with its signal', async () => {
  await assert.rejects(served(new Store(listening(0, 0)), use, AbortSignal.abort(new Error('too late'))), /too late/u);
});

test('the host of a login is the one that opened the port last; the wait lasts until there is one', async () => {
  const online = { kind: 'online', since: 0, facts } as const;
  const host = (name: string, seenAt?: number): HostState => ({
    ...newHost(name, { kind: 'typed' }),
    link: online,
    remotePorts: seenAt === undefined ? [] : [{ port: 8400, addresses: [], seenAt, wasThere: false }],
  });
  const state = new Store<AppState>({ ...emptyState, hosts: [host('devbox')] });
  const found = listeningHost(state, 8400, AbortSignal.timeout(10_000));
  state.set({
    ...emptyState,
    hosts: [host('old', 1), host('devbox', 2), { ...host('away', 3), link: { kind: 'idle' } }],
  });
  assert.equal((await found).name, 'devbox');
});
