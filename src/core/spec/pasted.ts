import { parseCommandText, type SshCommand } from './command.ts';
import { commandError } from './commandProblem.ts';

/**
 * Reads a command line that was pasted into a box. The folder for which it was meant is not known, and the configuration
 * is one for all: what depends on these is refused rather than taken for something else.
 *
 * @throws UserError<CommandProblem | ForwardSyntaxProblem>
 */
export function parsePasted(text: string): SshCommand {
  const command = parseCommandText(text);
  if (command.configFile !== undefined) throw commandError('unsupportedFlag', '-F');
  const relative = command.options.map(keyFile).find((file) => file !== undefined && isRelative(file));
  if (relative !== undefined) throw commandError('relativePath', relative);
  return command;
}

function keyFile(line: string): string | undefined {
  return /^\s*(?:identityfile|certificatefile)\s*[=\s]\s*(["']?)(.+?)\1\s*$/i.exec(line)?.[2];
}

/** ssh_config(5) IdentityFile: a tilde, tokens and variables begin a path of their own, as a drive does on Windows. */
function isRelative(file: string): boolean {
  return !/^(?:[/~%$\\]|[a-z]:|none$)/i.test(file);
}
