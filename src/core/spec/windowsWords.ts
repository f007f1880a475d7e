import { commandError } from './commandProblem.ts';

/**
 * Whether a command line was written for cmd.exe or PowerShell. It starts a program with `.exe`, or has an unquoted
 * backslash before a letter, a digit or a dot: useless in a POSIX shell, but part of a Windows path or of `DOMAIN\user`.
 */
export function isWindowsLine(line: string): boolean {
  if (/^\s*(?:"[^"]*|\S*)\.exe\b/i.test(line)) return true;
  return [...line.matchAll(/'[^']*'|"(?:\\.|[^"\\])*"|\\(.)/gs)].some(([, escaped = '']) => /^[\w.]$/.test(escaped));
}

/**
 * Splits a command line as cmd.exe and PowerShell do: a backslash is literal, and a doubled quote within quotes is a
 * quote. Variables and pipes need a shell and are refused, and so is a backslash before a quote: it escapes the quote in
 * cmd.exe alone. `~\` becomes `~/`, which both ssh_config(5) and Windows understand.
 *
 * @throws UserError<CommandProblem>
 */
export function splitWindowsWords(line: string): readonly string[] {
  const words: string[] = [];
  for (let rest = line.trim(); rest !== '';) {
    const raw = /^(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|[^\s"'])*/.exec(rest)?.[0] ?? '';
    const next = rest.slice(raw.length);
    rest = next.trimStart();
    // A caret (cmd.exe) or a backtick (PowerShell) continues a line; an input box turns the line end into a blank.
    if (raw === '^' || raw === '`') continue;
    if (/^["']/.test(next)) throw commandError('openQuote', next);
    const expanded = raw.replaceAll(/("[^"]*")|'[^']*'/g, '$1');
    const bare = expanded.replaceAll(/"[^"]*"/g, '');
    if (/[$`]|%\w+%|\\"/.test(expanded) || /[|&;<>()]/.test(bare)) throw commandError('shellSyntax', raw);
    const word = raw.replaceAll(
      /"((?:[^"]|"")*)"|'((?:[^']|'')*)'/g,
      (_, double?: string, single = '') => double?.replaceAll('""', '"') ?? single.replaceAll("''", "'"),
    );
    words.push(word.startsWith('~\\') ? word.replaceAll('\\', '/') : word);
  }
  return words;
}
