import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitWindowsWords } from '../../../src/core/spec/windowsWords.ts';

/**
 * A line, and the arguments that a program got from it. Recorded: Node 20.20.2 for Windows, whose C runtime splits the
 * line, started by cmd.exe of Wine 10.
 */
const recorded = JSON.parse(
  fs.readFileSync(new URL('windowsLines.json', import.meta.url), 'utf8'),
) as readonly (readonly [string, ...string[]])[];

void test('lines are split as Windows splits them, and a line that PowerShell would split otherwise is refused', () => {
  for (const [line, ...words] of recorded) {
    const isOpen = (line.split('"').length - 1) % 2 === 1;
    if (isOpen || line.includes('\\"')) assert.throws(() => splitWindowsWords(line), { name: 'UserError' }, line);
    else assert.deepEqual(splitWindowsWords(line), words, line);
  }
});

/** about_Quoting_Rules: a quote within quotes of its own kind is doubled. cmd.exe knows the double quotes alone. */
const quotes = {
  double: (word: string) => `"${word.replaceAll('"', '""')}"`,
  single: (word: string) => `'${word.replaceAll("'", "''")}'`,
};

const word = fc.string({
  unit: fc.constantFrom('a', ' ', "'", '"', '\\', '&', '|', ';', '(', ':', '-', '^', 'é'),
  maxLength: 8,
});

for (const [kind, quote] of Object.entries(quotes)) {
  void test(`words in ${kind} quotes are read back unchanged`, () => {
    // A backslash before a double quote is refused: cmd.exe and PowerShell disagree about it.
    const wanted = word.filter((each) => kind === 'single' || !/\\(?:"|$)/.test(each));
    fc.assert(
      fc.property(fc.array(wanted, { minLength: 1, maxLength: 5 }), (words) => {
        assert.deepEqual(splitWindowsWords(words.map(quote).join(' ')), words);
      }),
    );
  });
}
