import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserError } from '../../../src/base/userError.ts';
import { parsePasted } from '../../../src/core/spec/pasted.ts';

const refused = [
  ['ssh -F other.conf host', 'unsupportedFlag', '-F'],
  ['ssh -i key.pem host', 'relativePath', 'key.pem'],
  ['ssh -i "./my key" host', 'relativePath', './my key'],
  ["ssh -i /k -o 'CertificateFile cert.pub' host", 'relativePath', 'cert.pub'],
] as const;

for (const [text, reason, word] of refused) {
  void test(`${text} depends on its working folder, so it is refused: ${reason}`, () => {
    assert.throws(
      () => parsePasted(text),
      (error: UserError) => {
        assert.deepEqual(error.problem, { code: 'commandSyntax', reason, word });
        return true;
      },
    );
  });
}

void test('a key file with an absolute path, a tilde, a token or a variable is accepted', () => {
  for (const file of [
    '/k',
    '~/k',
    '"~/my key"',
    '%d/k',
    String.raw`'C:\k'`,
    String.raw`'\\s\k'`,
    String.raw`C:\Users\me\k`,
    String.raw`~\k`,
    'none',
    '"\\${HOME}/k"',
  ])
    assert.equal(parsePasted(`ssh -i ${file} host`).options.length, 1, file);
});
