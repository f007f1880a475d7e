import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf } from '../../../../src/core/config/effective/effective.ts';
import { printConfig } from '../../../../src/core/config/effective/print.ts';
import { settle } from '../../../../src/core/config/effective/settle.ts';
import { realEnvironment } from '../../../../src/core/config/environment.ts';
import { applyKeyword, type Keyword, printKeyword } from '../../../../src/core/config/keywords/keyword.ts';
import { findKeyword, keywords } from '../../../../src/core/config/keywords/keywords.ts';
import { Values } from '../../../../src/core/config/keywords/values.ts';
import { Arguments } from '../../../../src/core/config/reading/syntax.ts';
import type { ResolvedConfig } from '../../../../src/core/config/resolvedConfig.ts';

const environment = realEnvironment({ home: '/home/me', env: {} });

/** Reads lines of one keyword each, in a block that applies. */
function read(...lines: readonly (readonly [keyword: Keyword, rest: string])[]): ResolvedConfig {
  const values = new Values();
  for (const [keyword, rest] of lines) {
    const args = new Arguments(rest);
    const place = { file: '/config', line: 1 };
    applyKeyword(keyword, args, { values, isActive: true, origin: 'user', place, env: {} });
    assert.ok(args.left <= 0, `${keyword.name} ${rest}`);
  }
  return settle({ name: 'box', hostName: 'box', values, environment });
}

test('a new keyword needs only an entry of the table', () => {
  const madeUp: Keyword = {
    name: 'madeup',
    read: (args) => [args.next().toUpperCase()],
    fallback: ['NONE'],
    fields: { hostKeyAlias: ([word = '']) => word },
  };
  assert.deepEqual(printKeyword(madeUp, read()), ['madeup NONE']);
  const config = read([madeUp, 'first'], [madeUp, 'second']);
  assert.deepEqual(printKeyword(madeUp, config), ['madeup FIRST']);
  assert.deepEqual(fieldsOf(madeUp, config), { hostKeyAlias: 'FIRST' });
});

test('every name and alias is in lower case and belongs to one keyword', () => {
  const names = keywords.flatMap(({ name, aliases = [] }: Keyword) => [name, ...aliases]);
  assert.deepEqual(
    names,
    [...new Set(names)].map((name) => name.toLowerCase()),
  );
  assert.equal(findKeyword('identityfile2')?.name, 'identityfile');
  assert.equal(findKeyword('nosuchkeyword'), undefined);
});

test('the printed defaults read back as the same defaults', () => {
  const printed = printConfig(read());
  assert.equal(printConfig(read(...linesOf(printed))), printed);
});

/** Every keyword takes at least one of these values. */
const samples = [
  ...'x 7 no inet none md5 quiet auth a:80 aes128-ctr hmac-md5 ssh-rsa ecdh-sha2-nistp256 gss-gex-sha1- A=x 8000'.split(
    ' ',
  ),
  '8000 db:80',
];

for (const keyword of keywords.filter((each) => isPrinted(each))) {
  test(`a value of ${keyword.name} is printed so that it reads back as the same value`, () => {
    const sample = samples.find((value) => isAccepted(keyword, value)) ?? assert.fail('no sample fits');
    const printed = printConfig(read([keyword, sample]));
    assert.equal(printConfig(read(...linesOf(printed))), printed);
    assert.ok(printKeyword(keyword, read([keyword, sample])).length > 0);
  });
}

function linesOf(printed: string): readonly (readonly [Keyword, string])[] {
  const lines = printed.split('\n').slice(1, -1);
  return lines.map((line) => {
    const [, name = '', rest = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    return [findKeyword(name.toLowerCase()) ?? assert.fail(line), rest];
  });
}

function isPrinted(keyword: Keyword): boolean {
  return keyword.print === undefined || printKeyword(keyword, read()).length > 0;
}

function isAccepted(keyword: Keyword, value: string): boolean {
  try {
    return read([keyword, value]).settings.has(keyword.name);
  } catch {
    return false; // The next sample may fit. If none fits, the test fails.
  }
}
