import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { defaultSettings } from '../../../src/core/session/settings.ts';
import { mergePortRules, readSettings } from '../../../src/ui/readSettings.ts';

const defaults = { ...defaultSettings, restore: 'ask', statusBarClick: 'menu', terminalCommand: true } as const;

type Values = Readonly<Record<string, unknown>>;

function read(values: Values, layers: Parameters<typeof readSettings>[1] = []) {
  return readSettings((key) => values[key], layers);
}

void test('without a setting the default counts', () => {
  assert.deepEqual(read({}), defaults);
});

void test('every setting of the manifest is read, and its default is the default here', () => {
  const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8')) as {
    contributes: { configuration: { properties: Readonly<Record<string, { default: unknown }>> } };
  };
  const { properties } = manifest.contributes.configuration;
  const asked = new Set<string>();
  const settings = readSettings((key) => {
    asked.add(key);
    return properties[`sshPorts.${key}`]?.default;
  }, []);
  assert.deepEqual(settings, defaults);
  // The rules for ports come in layers: see `portLayer` in `settings.ts`.
  const others = [...asked, 'portsAttributes', 'otherPortsAttributes'].map((key) => `sshPorts.${key}`);
  assert.deepEqual(others.sort(), Object.keys(properties).sort());
});

void test('a value of a wrong type or outside of the choices falls back to the default', () => {
  const wrong = {
    autoForward: 'sometimes',
    forwardExisting: 'yes',
    identifyServers: 0,
    configFile: 5,
    restore: true,
    statusBarClick: 1,
    transport: 'telnet',
    waitForLink: '20',
    expireSharedAfter: Number.NaN,
    startConfigForwards: null,
    hosts: ['devbox'],
  };
  assert.deepEqual(read(wrong), defaults);
});

void test('numbers are clamped and turned into milliseconds', () => {
  const { waitForLinkMs, expireSharedAfterMs } = read({ waitForLink: 1e9, expireSharedAfter: -1 });
  assert.deepEqual([waitForLinkMs, expireSharedAfterMs], [300_000, 0]);
  const inRange = read({ waitForLink: 5, expireSharedAfter: 90 });
  assert.deepEqual([inRange.waitForLinkMs, inRange.expireSharedAfterMs], [5000, 5_400_000]);
});

void test('a configuration file of blanks counts as none, and blanks around a file name are dropped', () => {
  assert.equal(read({ configFile: '  ' }).configFile, undefined);
  assert.equal(read({ configFile: ' /home/me/config ' }).configFile, '/home/me/config');
});

void test('a host has only what its entry says, and its rules for ports come first', () => {
  const layer = { portsAttributes: { 3000: { label: 'everywhere', protocol: 'https' } } };
  const { hosts } = read({ hosts: { devbox: { autoForward: 'all', portsAttributes: { 3000: { label: 'here' } } } } }, [
    layer,
  ]);
  const { portRules, ...others } = hosts['devbox'] ?? {};
  assert.deepEqual(others, { autoForward: 'all' });
  assert.deepEqual(
    portRules?.rules.map(({ attributes }) => attributes.label),
    ['here', 'everywhere'],
  );
});

void test('a new rule keeps the other rules and the other fields of its own key', () => {
  const own = { 3000: { label: 'Web' }, flask: { onAutoForward: 'silent' } };
  assert.deepEqual(mergePortRules(own, { 3000: { onAutoForward: 'ignore' } }), {
    3000: { label: 'Web', onAutoForward: 'ignore' },
    flask: { onAutoForward: 'silent' },
  });
  assert.deepEqual(mergePortRules('nonsense', { 80: { label: 'x' } }), { 80: { label: 'x' } });
});

test('in a window on a host, nothing of that host is forwarded automatically unless the user wants it', () => {
  const hostsOf = (own: Readonly<Record<string, unknown>>) => readSettings((key) => own[key], [], 'devbox').hosts;
  assert.equal(hostsOf({})['devbox']?.autoForward, 'off');
  assert.equal(
    hostsOf({ hosts: { devbox: { autoForward: 'all', transport: 'openssh' } } })['devbox']?.autoForward,
    'off',
  );
  assert.equal(hostsOf({ hosts: { devbox: { transport: 'openssh' } } })['devbox']?.transport, 'openssh');
  assert.equal(hostsOf({ hosts: { other: { autoForward: 'all' } } })['other']?.autoForward, 'all');
  assert.equal(hostsOf({ inRemoteWindow: 'forward' })['devbox'], undefined);
});
