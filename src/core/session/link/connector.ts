import type { Log } from '../../../base/log.ts';
import type { Readable } from '../../../base/store.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import { resolveHop, resolveHost } from '../../config/resolve.ts';
import { readDestination } from '../../spec/destination.ts';
import type { Prompts } from '../../ssh/prompts.ts';
import type { Connection } from '../../ssh/connection.ts';
import { connectWith, sshArguments } from '../../ssh/transport.ts';
import { rememberAnswers } from '../memory/rememberAnswers.ts';
import type { Settings } from '../settings.ts';

/** A connection, and the configuration that it was made with. */
export interface OpenedConnection {
  readonly connection: Connection;
  readonly config: HostConfig;
}

/** `attended`: a person waits, so prompts may appear. `background`: nobody is asked anything. */
export type OpenConnection = (attended: 'attended' | 'background', signal: AbortSignal) => Promise<OpenedConnection>;

/** Whether a command of the configuration may run. In the background nobody is asked, so only allowed commands run. */
export type AllowCommand = (command: string, attended: 'attended' | 'background') => Promise<boolean>;

export interface ConnectorOptions {
  readonly settings: Pick<Readable<Settings>, 'get'>;
  readonly prompts: Prompts;
  readonly allowCommand: AllowCommand;
  readonly log: Log;
}

/** Connects to a host by the name that the user types after `ssh`, with `options` as for ssh(1) -o. */
export function connector(
  name: string,
  options: () => readonly string[],
  { settings, prompts, allowCommand, log }: ConnectorOptions,
): OpenConnection {
  const answers = rememberAnswers(prompts);
  /** The built-in transport has failed once: reconnects do not try it again. */
  let needsOpenssh = false;
  return async (attended, signal) => {
    const { configFile } = settings.get();
    const isAttended = attended === 'attended';
    const allow = (command: string): Promise<boolean> => allowCommand(command, attended);
    const target = readDestination(name);
    const { host, ...asked } = target;
    const source = { ...(configFile !== undefined && { userFile: configFile }), allowCommand: allow };
    const config = await resolveHost(host, { ...source, ...asked, overrides: options() }, signal);
    const { transport } = settings.get();
    const connection = await connectWith(
      transport === 'auto' && needsOpenssh ? 'openssh' : transport,
      config,
      {
        prompts: isAttended ? answers.asking : answers.silent,
        log,
        isUnattended: !isAttended,
        allowCommand: allow,
        resolveHop: (hop, stop) => resolveHop(hop, source, stop),
        args: sshArguments({
          ...target,
          overrides: options(),
          ...(configFile !== undefined && { userFile: configFile }),
        }),
      },
      signal,
    );
    needsOpenssh ||= transport === 'auto' && connection.facts.transport === 'openssh' && !connection.facts.sharesMaster;
    return { connection, config };
  };
}
