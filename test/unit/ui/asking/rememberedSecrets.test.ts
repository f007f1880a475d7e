import assert from 'node:assert/strict';
import test from 'node:test';
import type { SecretStorage } from 'vscode';
import { silentLog } from '../../../../src/base/log.ts';
import type { LinkState } from '../../../../src/core/session/state.ts';
import { RememberedSecrets } from '../../../../src/ui/asking/rememberedSecrets.ts';
import { appState, hostState } from '../../../support/state.ts';

const password = { kind: 'password', host: 'devbox', server: '10.0.0.5:22', user: 'me', attempt: 1 } as const;
const passphrase = { kind: 'passphrase', host: 'devbox', keyFile: '/home/me/.ssh/id', attempt: 1 } as const;
const code = {
  kind: 'keyboardInteractive',
  host: 'devbox',
  user: 'me',
  title: '',
  instruction: '',
  prompt: 'Code:',
  echo: false,
} as const;

/** A store as the editor's, in memory. */
function memoryStorage(): SecretStorage & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    get: async (key) => entries.get(key),
    store: async (key, value) => void entries.set(key, value),
    delete: async (key) => void entries.delete(key),
    onDidChange: () => ({ dispose: () => undefined }),
  };
}

function failed(why: Extract<LinkState, { kind: 'failed' }>['why']) {
  return appState(hostState({ link: { kind: 'failed', why } }));
}

void test('what is remembered is given again, also by the next window', async () => {
  const storage = memoryStorage();
  const first = new RememberedSecrets(storage, silentLog);
  await first.remember(password, 'pässword');
  await first.remember(passphrase, 'phrase');
  const next = new RememberedSecrets(storage, silentLog);
  assert.deepEqual([await next.recall(password), await next.recall(passphrase)], ['pässword', 'phrase']);
});

void test('a password goes to no other server, user or alias', async () => {
  const secrets = new RememberedSecrets(memoryStorage(), silentLog);
  await secrets.remember(password, 'secret');
  for (const other of [{ server: '10.0.0.5:2222' }, { user: 'root' }, { host: 'box' }]) {
    assert.equal(await secrets.recall({ ...password, ...other }), undefined);
  }
});

void test('an answer that was refused is forgotten, and the others stay', async () => {
  const secrets = new RememberedSecrets(memoryStorage(), silentLog);
  await secrets.remember(password, 'wrong');
  await secrets.remember(passphrase, 'phrase');
  assert.equal(await secrets.recall({ ...password, attempt: 2 }), undefined);
  assert.equal(await secrets.recall(password), undefined);
  assert.equal(await secrets.recall(passphrase), 'phrase');
});

void test('a login that ends at the first wrong answer forgets it too', async () => {
  const secrets = new RememberedSecrets(memoryStorage(), silentLog);
  await secrets.remember(password, 'wrong');
  secrets.follow(failed({ code: 'authFailed', host: 'devbox', user: 'me', tried: ['password'], accepted: [] }));
  assert.equal(await secrets.recall(password), undefined);
});

void test('a failure of the network, or of another host, forgets nothing', async () => {
  const secrets = new RememberedSecrets(memoryStorage(), silentLog);
  await secrets.remember(password, 'right');
  secrets.follow(failed({ code: 'linkLost' }));
  secrets.follow(failed({ code: 'authFailed', host: 'jump', user: 'me', tried: [], accepted: [] }));
  assert.equal(await secrets.recall(password), 'right');
});

void test('an old failure does not count against a new answer', async () => {
  const secrets = new RememberedSecrets(memoryStorage(), silentLog);
  const state = failed({ code: 'authFailed', host: 'devbox', user: 'me', tried: ['password'], accepted: [] });
  secrets.follow(state);
  await secrets.remember(password, 'new');
  secrets.follow({ ...state, isForwarding: false });
  assert.equal(await secrets.recall(password), 'new');
});

void test('a one-time code is not kept', async () => {
  const storage = memoryStorage();
  const secrets = new RememberedSecrets(storage, silentLog);
  await secrets.remember(code, '123456');
  assert.equal(await secrets.recall(code), undefined);
  assert.equal(storage.entries.size, 0);
});

void test('what the proxies of a host ask for is kept for that host, until it is forgotten', async () => {
  const storage = memoryStorage();
  const secrets = new RememberedSecrets(storage, silentLog);
  const credentials = { user: 'me', password: 'a "b" ü' };
  await secrets.setProxyPassword('devbox', credentials);
  assert.deepEqual(await new RememberedSecrets(storage, silentLog).proxyPassword('devbox'), credentials);
  assert.equal(await secrets.proxyPassword('other'), undefined);
  await secrets.forgetProxyPassword('devbox');
  assert.equal(await secrets.proxyPassword('devbox'), undefined);
});

void test('all are forgotten at once', async () => {
  const storage = memoryStorage();
  const secrets = new RememberedSecrets(storage, silentLog);
  await secrets.remember(password, 'secret');
  await secrets.forgetAll();
  assert.equal(storage.entries.size, 0);
  assert.equal(await secrets.recall(password), undefined);
});

void test('a store that does not work costs the remembering only, and nothing secret is logged', async () => {
  const lines: string[] = [];
  const storage = memoryStorage();
  storage.entries.set('secrets', 'hunter2, no JSON');
  storage.store = () => Promise.reject(new Error('no keyring'));
  const secrets = new RememberedSecrets(storage, { ...silentLog, warn: (line) => void lines.push(line) });
  assert.equal(await secrets.recall(password), undefined);
  await secrets.remember(password, 'hunter2');
  assert.deepEqual(lines, ['the secret store cannot be written: no keyring']);
});
