import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandName } from '../../../../src/view/script/commandShapes.ts';
import { readArguments } from '../../../../src/view/script/readArguments.ts';

void test('an object gives each argument by its name', () => {
  const given = { host: 'devbox', port: 5000, localPort: 8000, label: 'web', requireLocalPort: true };
  assert.deepEqual(readArguments('forwardPort', given), given);
  assert.deepEqual(readArguments('setLabel', { port: 5000, label: '' }), { port: 5000, label: '' });
});

void test('a bare text or number is the argument that the command is mostly given', () => {
  assert.deepEqual(readArguments('connect', 'devbox'), { host: 'devbox' });
  assert.deepEqual(readArguments('forwardPort', '8000:db.internal:5432'), { spec: '8000:db.internal:5432' });
  assert.deepEqual(readArguments('forwardPort', 8080), { port: 8080 });
  assert.deepEqual(readArguments('toggleForwarding', false), { on: false });
});

const refused: readonly (readonly [CommandName, unknown, RegExp])[] = [
  ['forwardPort', { port: 'http' }, /^sshPorts\.forwardPort: port is 1–65535, not "http"\. It takes \{ host\?: text, /],
  ['forwardPort', { port: 70_000 }, /port is 1–65535, not 70000/],
  ['forwardPort', { port: 1.5 }, /port is 1–65535, not 1\.5/],
  ['forwardPort', { hostname: 'devbox' }, /it does not take “hostname”/],
  ['forwardPort', { toString: 1 }, /it does not take “toString”/],
  ['forwardPort', 0, /it cannot use 0/],
  ['forwardPort', ['devbox', 5000], /it cannot use \["devbox",5000\]/],
  ['forwardPort', { result: 'uri' }, /result is "url" \| "localAddress" \| "localPort", not "uri"/],
  ['connect', '', /it cannot use ""\. It takes \{ host\?: text \}, or the host alone\./],
  ['stopForward', 5000, /it cannot use 5000\. It takes \{ host\?: text, port\?: 1–65535, /],
  ['stopAll', 'devbox', /it cannot use "devbox"\. It takes nothing\./],
  ['toggleForwarding', 'off', /it cannot use "off"\. It takes \{ on\?: true or false \}, or the on alone\./],
];

for (const [command, value, message] of refused) {
  void test(`${command} refuses ${JSON.stringify(value)} and says what it takes`, () => {
    assert.throws(() => readArguments(command, value), { name: 'ScriptError', message });
  });
}
