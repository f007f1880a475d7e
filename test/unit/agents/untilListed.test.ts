import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilListed } from '../../../src/agents/untilListed.ts';
import { never, within } from '../../../src/base/delay.ts';
import { Store } from '../../../src/base/store.ts';
import type { AppState, HostState } from '../../../src/core/session/state.ts';
import { appState, hostState, onlineHost } from '../../support/state.ts';

function waitFor(host: HostState): { readonly store: Store<AppState>; readonly listed: Promise<void> } {
  const store = new Store(appState(host));
  return { store, listed: untilListed(store, host.name, never) };
}

test('the first listing of an online host is waited for', async () => {
  const starting = onlineHost({ detection: { kind: 'starting' } });
  const { store, listed } = waitFor(starting);
  assert.equal(await within(20, listed), false);
  store.set(appState({ ...starting, detection: { kind: 'unavailable', reason: 'noTool', detail: '' } }));
  await listed;
});

test('a host that is not online has no listing to wait for', { timeout: 5000 }, async () => {
  await waitFor(hostState()).listed;
});
