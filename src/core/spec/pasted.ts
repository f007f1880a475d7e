import { isProblem } from '../../base/userError.ts';
import { parseCommand, parseCommandText, type SshCommand } from './command.ts';
import { commandWords } from './commandLine.ts';
import { commandError, type CommandProblem } from './commandProblem.ts';

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

/**
 * Reads a command line without the command that ssh runs on the remote.
 *
 * @throws UserError<CommandProblem | ForwardSyntaxProblem>
 */
export function parseSession(text: string): SshCommand {
  const words = commandWords(text);
  for (let count = words.length; count > 0; count--) {
    try {
      return parseCommand(words.slice(0, count));
    } catch (error) {
      const isTooLong = isProblem<CommandProblem>(error, 'commandSyntax') && error.problem.reason === 'remoteCommand';
      if (!isTooLong) throw error;
    }
  }
  throw commandError('noDestination', text);
}

function keyFile(line: string): string | undefined {
  return /^\s*(?:identityfile|certificatefile)\s*[=\s]\s*(["']?)(.+?)\1\s*$/i.exec(line)?.[2];
}

/** ssh_config(5) IdentityFile: a path that begins with a tilde, a token, a variable or a Windows drive is not relative. */
function isRelative(file: string): boolean {
  return !/^(?:[/~%$\\]|[a-z]:|none$)/i.test(file);
}
