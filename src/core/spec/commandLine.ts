import { splitShellWords } from './shellWords.ts';
import { isWindowsLine, splitWindowsWords } from './windowsWords.ts';

/** The prompt of cmd.exe, of PowerShell or of a Unix shell, with or without user, host and folder. */
const prompt = /^\s*(?:(?:PS )?[A-Za-z]:\\[^>\n]*>\s*|\[?[\w.-]+@[^\s$#%]+(?: [^\s$#%]+)?[$#%]\s+|[$#%>❯]\s+)/;

/** Words before a command that change who runs it, or how. `&` is the call operator of PowerShell. */
const wrappers = /^\s*(?:(?:[A-Za-z_]\w*=\S*|sudo(?:\s+-[EHkn]+|\s+-u\s+\S+)*|nohup|exec|command|time|env|&)\s+)*/;

const program = /^(?:"[^"]*[\\/]ssh(?:\.exe)?"|(?:\S*[\\/])?(?:auto)?ssh(?:\.exe)?)\s/;

/** A pasted line without the prompt before it. */
export function withoutPrompt(text: string): string {
  return text.replace(prompt, '');
}

/** Whether a text is an ssh(1) command line, or flags of one, rather than ports or a host. */
export function isCommandText(text: string): boolean {
  const line = withoutPrompt(text).trimStart();
  return line.startsWith('-') || program.test(line.replace(wrappers, ''));
}

/** The arguments of ssh(1) in a pasted line. @throws UserError<CommandProblem> */
export function commandWords(text: string): readonly string[] {
  const line = withoutPrompt(text).replace(wrappers, '');
  const words = isWindowsLine(line) ? splitWindowsWords(line) : splitShellWords(line);
  const [first = '', ...args] = words;
  if (!/^(?:.*[\\/])?(?:auto)?ssh(?:\.exe)?$/s.test(first)) return words;
  return /autossh(?:\.exe)?$/.test(first) ? withoutMonitor(args) : args;
}

/** autossh(1) passes all flags to ssh(1) except -M with its port. */
function withoutMonitor(args: readonly string[]): readonly string[] {
  const at = args.findIndex((word) => monitor.test(word));
  const [, flags, value] = monitor.exec(args[at] ?? '') ?? [];
  if (flags === undefined) return args;
  return [...args.slice(0, at), ...(flags === '' ? [] : [`-${flags}`]), ...args.slice(at + (value === '' ? 2 : 1))];
}

/** -M, alone or after flags without a value. */
const monitor = /^-([46AaCfGgKkNnqsTtvXxYy]*)M(\d*)$/;
