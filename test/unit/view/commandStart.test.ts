import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandStart } from '../../../src/view/commandStart.ts';

const row = { target: { kind: 'host', host: 'devbox' } };

void test('a click, a button and a menu of a row start a command with that row', () => {
  for (const args of [[row], [row, undefined], [row, [row]]]) {
    assert.deepEqual(commandStart(args), { kind: 'row', row, rows: [row] });
  }
});

void test('a menu of one of several selected rows starts a command with all of them', () => {
  const other = { target: { kind: 'host', host: 'other' } };
  assert.deepEqual(commandStart([row, [other, row]]), { kind: 'row', row, rows: [other, row] });
});

void test('the button of a row that the editor is fetching anew starts a command with a lost row', () => {
  assert.deepEqual(commandStart([undefined, undefined]), { kind: 'lostRow' });
  assert.deepEqual(commandStart([null, null]), { kind: 'lostRow' });
});

void test('the palette and a view title without a focused row start a command without a row', () => {
  assert.deepEqual(commandStart([]), { kind: 'noRow' });
  assert.deepEqual(commandStart([undefined]), { kind: 'noRow' });
});

void test('a key starts a command with its own arguments', () => {
  assert.deepEqual(commandStart([{ from: 'key' }]), { kind: 'key' });
});

void test('whatever else comes is the argument of a script', () => {
  for (const value of ['devbox', 5000, false, { host: 'devbox' }, {}, ['devbox']])
    assert.deepEqual(commandStart([value]), { kind: 'script', value });
});

void test('a row without a target starts a command with that row', () => {
  const message = { id: 'hint', label: 'Nothing listens', context: 'hint', fold: 'none', children: [] };
  assert.deepEqual(commandStart([message]), { kind: 'row', row: message, rows: [message] });
});

void test('a launch configuration that names a command as ${command:…} starts it as the palette does', () => {
  assert.deepEqual(commandStart([{ type: 'node', request: 'attach', name: 'x' }]), { kind: 'noRow' });
});
