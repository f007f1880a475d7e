import type { Log } from '../../base/log.ts';
import type { Readable } from '../../base/store.ts';
import { errorText, UserError } from '../../base/userError.ts';
import type { HostConfig, JumpHop } from '../config/hostConfig.ts';
import { readDestination } from '../config/jump.ts';
import { resolveHost } from '../config/resolve.ts';
import type { Problem } from '../problem.ts';
import { connect } from '../ssh/connect.ts';
import type { Connection } from '../ssh/connection.ts';
import { connectOpenssh } from '../ssh/openssh.ts';
import type { Prompts } from '../ssh/prompts.ts';
import type { OpenConnection } from './link.ts';
import { rememberAnswers } from './rememberAnswers.ts';
import type { Settings } from './settings.ts';

/** Whether a command of the configuration may run. In the background only what was allowed before: nobody is asked. */
export type AllowCommand = (command: string, attended: 'attended' | 'background') => Promise<boolean>;

export interface ConnectorOptions {
  readonly settings: Pick<Readable<Settings>, 'get'>;
  readonly prompts: Prompts;
  readonly allowCommand: AllowCommand;
  readonly log: Log;
}

/**
 * Connects to a host by what the user types after `ssh`, with `options` as for ssh(1) -o.
 * In the background nobody is asked anything.
 */
export function connector(
  name: string,
  options: () => readonly string[],
  { settings, prompts, allowCommand, log }: ConnectorOptions,
): OpenConnection {
  const memory = rememberAnswers(prompts);
  /** Found out once, and not tried in vain at every reconnect. */
  let needsOpenssh = false;
  return async (attended, signal) => {
    const { configFile } = settings.get();
    const isAttended = attended === 'attended';
    const allow = (command: string): Promise<boolean> => allowCommand(command, attended);
    const resolve = ({ host, user, port }: JumpHop, overrides: readonly string[]): Promise<HostConfig> =>
      resolveHost(
        host,
        {
          ...(configFile !== undefined && { userFile: configFile }),
          ...(user !== undefined && { user }),
          ...(port !== undefined && { port }),
          overrides,
          allowCommand: allow,
        },
        signal,
      );
    const target = readDestination(name);
    const config = await resolve(target, options());
    const own = { prompts: isAttended ? memory.asking : memory.silent, log, allowCommand: allow };
    const builtin = (): Promise<Connection> =>
      connect(config, { ...own, resolveHop: (hop) => resolve(hop, []) }, signal);
    const openssh = (): Promise<Connection> =>
      connectOpenssh(config, { ...own, args: sshArguments(target, options(), configFile) }, signal);
    const { transport } = settings.get();
    if (transport === 'openssh' || (transport === 'auto' && needsOpenssh))
      return { connection: await openssh(), config };
    const connection = await builtin().catch(async (error: unknown) => {
      if (transport !== 'auto' || !isBeyondBuiltin(error, config)) throw error;
      log.info(`${name}: ${errorText(error)}: going on with the system's ssh`);
      const other = await openssh();
      needsOpenssh = true;
      return other;
    });
    return { connection, config };
  };
}

/** What ssh(1) has to be told besides its own reading of the configuration. */
function sshArguments({ user, port }: JumpHop, options: readonly string[], configFile: string | undefined): string[] {
  return [
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...options.flatMap((option) => ['-o', option]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ];
}

/**
 * The server demands what only the system's ssh can do: key exchanges and host certificates that ssh2 does not know, a
 * certificate in a file. Another failed login would count against the user, so a plain refusal is no reason.
 */
function isBeyondBuiltin(error: unknown, { certificateFiles }: HostConfig): boolean {
  // The OpenSSH of Windows has no ControlMaster.
  if (!(error instanceof UserError) || process.platform === 'win32') return false;
  const { code } = error.problem as Problem;
  if (code === 'authFailed') return certificateFiles.length > 0;
  return code === 'noCommonAlgorithm' || code === 'hostCertificateUnsupported';
}
