import { commandError } from './commandProblem.ts';

/**
 * Splits a pasted line into words as a POSIX shell does (XCU 2.2 Quoting). Variables, pipes and substitutions need a shell
 * and are refused. An `&` or a comment after the command is skipped.
 *
 * @throws UserError<CommandProblem>
 */
export function splitShellWords(text: string): readonly string[] {
  const line = text.replace(/\s&\s*$/, '');
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < line.length) {
    const character = line.charAt(at);
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
    } else if (word === undefined && character === '#') {
      at += /^[^\n]*/.exec(line.slice(at))?.[0].length ?? 0;
    } else if (word === undefined && /^\\\s/.test(line.slice(at))) {
      // A continued line: a single-line input box turns its line end into a blank.
      at += 2;
    } else if (character === "'") {
      const end = closing(line, at);
      word = (word ?? '') + line.slice(at + 1, end);
      at = end + 1;
    } else if (character === '"') {
      const end = closing(line, at);
      word = (word ?? '') + doubleQuoted(line.slice(at + 1, end));
      at = end + 1;
    } else if (character === '\\') {
      const next = line.charAt(at + 1);
      if (next !== '\n') word = (word ?? '') + next;
      at += 2;
    } else {
      if (/[$`|&;<>()]/.test(character)) throw commandError('shellSyntax', line.slice(at));
      word = (word ?? '') + character;
      at++;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Quotes one word for a POSIX shell. */
export function quoteShellWord(word: string): string {
  // CAUTION: zsh(1) expands a word that begins with an equals sign.
  if (/^(?!=)[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The index of the quote that closes the quote at `at`. In double quotes a backslash escapes the next quote. */
function closing(line: string, at: number): number {
  const quote = line.charAt(at);
  for (let end = at + 1; end < line.length; end++) {
    if (line[end] === quote) return end;
    if (quote === '"' && line[end] === '\\') end++;
  }
  throw commandError('openQuote', line.slice(at));
}

/** In double quotes a backslash escapes only these four characters. */
function doubleQuoted(text: string): string {
  if (/(?<!\\)(?:\\\\)*[$`]/.test(text)) throw commandError('shellSyntax', text);
  return text.replaceAll('\\\n', '').replaceAll(/\\([$`"\\])/g, '$1');
}
