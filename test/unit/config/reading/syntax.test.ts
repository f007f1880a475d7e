import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadValue } from '../../../../src/core/config/badValue.ts';
import { splitArguments, splitLine } from '../../../../src/core/config/reading/syntax.ts';

const place = { file: '/c', line: 7 };

void test('a line splits into keyword and arguments as in OpenSSH', () => {
  const cases: readonly (readonly [text: string, keyword: string, rest: string])[] = [
    ['Host a b', 'host', 'a b'],
    ['\t pOrT=22\r', 'port', '22'],
    ['User = bob # c ', 'user', 'bob # c'],
    ['"Host Name" x', 'host name', 'x'],
    ['User =a=b', 'user', 'a=b'],
    ['Port\f', 'port', ''],
    ['User x\f\r', 'user', 'x'],
  ];
  for (const [text, keyword, rest] of cases) {
    if (rest === '') assert.throws(() => splitLine(text, place), BadValue);
    else assert.deepEqual(splitLine(text, place), { ...place, keyword, rest });
  }
});

void test('a blank line and a comment have no keyword', () => {
  for (const text of ['', '   ', '\r', '# Host a', '  #x', '"never closed'])
    assert.equal(splitLine(text, place), undefined);
});

void test('white space outside quotes and escapes separates arguments', () => {
  assert.deepEqual(splitArguments(String.raw`a "b c" 'd "e' f\ g h"i"j`), ['a', 'b c', 'd "e', 'f g', 'hij']);
  assert.deepEqual(splitArguments(String.raw`C:\Users\me "a\"b" 'it\'s' \\`), [
    String.raw`C:\Users\me`,
    'a"b',
    "it's",
    '\\',
  ]);
  assert.deepEqual(splitArguments('a#b #c "'), ['a#b']);
  assert.deepEqual(splitArguments('"" x'), ['', 'x']);
  assert.throws(() => splitArguments('"a'), BadValue);
});
