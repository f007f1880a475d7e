import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { visible } from '../../../src/cli/visible.ts';

void test('control characters are shown in octal as ssh shows them, and lines stay lines', () => {
  assert.equal(visible('red\x1b[31m\x07 \x9b2J \rback\r\n\tnext\n'), 'red\\033[31m\\007 \\2332J \\015back\n\tnext\n');
  assert.equal(visible('Grüße, 世界 \\033'), 'Grüße, 世界 \\033');
});

void test('marks that turn the direction of text are shown by number', () => {
  assert.equal(visible('a\u202Egpj.exe\u2069'), 'a<U+202E>gpj.exe<U+2069>');
});

/** The output for a terminal. */
function printed(call: string): { readonly stdout: string; readonly stderr: string } {
  const program = `import * as output from './src/cli/output.ts'; output.${call}`;
  return spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { encoding: 'utf8' });
}

void test('nothing that the program prints controls the terminal', () => {
  const hostile = String.raw`"\x1b]0;evil\x07Welcome\x9b2J \u202e"`;
  const harmless = '\\033]0;evil\\007Welcome\\2332J <U+202E>\n';
  assert.equal(printed(`printError(${hostile})`).stderr, harmless);
  assert.equal(printed(`printTable(${hostile})`).stdout, harmless);
  const json = printed(`printJson({ said: ${hostile} })`).stdout;
  assert.doesNotMatch(json.trimEnd(), /[\p{Cc}\p{Cf}]/u);
  assert.deepEqual(JSON.parse(json), { said: '\x1b]0;evil\x07Welcome\x9b2J \u202e' });
});
