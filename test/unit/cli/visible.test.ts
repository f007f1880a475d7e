import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminalPrompts } from '../../../src/cli/terminal.ts';
import { visible } from '../../../src/cli/visible.ts';

void test('control characters are shown in octal as ssh shows them, and lines stay lines', () => {
  assert.equal(visible('red\x1b[31m\x07 \x9b2J \rback\r\n\tnext\n'), 'red\\033[31m\\007 \\2332J \\015back\n\tnext\n');
  assert.equal(visible('Grüße, 世界 \\033'), 'Grüße, 世界 \\033');
});

void test('control characters of a banner are shown in octal', () => {
  const said: string[] = [];
  terminalPrompts((line) => said.push(line)).notice?.('devbox', '\x1b]0;evil\x07Welcome\r\n');
  assert.deepEqual(said, ['\\033]0;evil\\007Welcome']);
});
