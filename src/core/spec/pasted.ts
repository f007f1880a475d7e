import { parseCommandText, type SshCommand } from './command.ts';
import { commandError } from './commandProblem.ts';

/**
 * Reads a command line that was pasted into an input box. Its working folder is unknown, and all hosts share one
 * configuration file. So a relative key file and -F are refused.
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

/** ssh_config(5) IdentityFile: a path that begins with a tilde, a token, a variable or a Windows drive is not relative. */
function isRelative(file: string): boolean {
  return !/^(?:[/~%$\\]|[a-z]:|none$)/i.test(file);
}
