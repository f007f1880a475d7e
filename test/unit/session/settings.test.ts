import assert from 'node:assert/strict';
import test from 'node:test';
import { Store } from '../../../src/base/store.ts';
import { defaultSettings, type Settings, settingsOf } from '../../../src/core/session/settings.ts';

void test('the settings of a host override the general ones, for that host alone', () => {
  const hosts = { devbox: { autoForward: 'off', transport: 'openssh' } } as const;
  const settings = new Store<Settings>({ ...defaultSettings, hosts });
  assert.deepEqual(settingsOf('devbox', settings).get(), { ...defaultSettings, hosts, ...hosts.devbox });
  assert.deepEqual(settingsOf('other', settings).get(), { ...defaultSettings, hosts });
});

void test('a changed setting counts the next time it is read', () => {
  const settings = new Store<Settings>(defaultSettings);
  const ofHost = settingsOf('devbox', settings);
  assert.equal(ofHost.get().autoForward, 'devServers');
  settings.set({ ...defaultSettings, autoForward: 'all' });
  assert.equal(ofHost.get().autoForward, 'all');
  settings.set({ ...defaultSettings, autoForward: 'all', hosts: { devbox: { autoForward: 'off' } } });
  assert.equal(ofHost.get().autoForward, 'off');
});
