import { isLoopbackAddress } from '../../spec/loopback.ts';
import type { RemotePort } from '../remotePort.ts';
import { type Framework, frameworks } from './frameworks.ts';

/** The command line of the program, or its name if the remote does not tell. Empty if it tells neither. */
export function commandOf({ process }: RemotePort): string {
  const command = process?.commandLine?.join(' ') ?? '';
  return (command === '' ? (process?.name ?? '') : command).slice(0, 4096);
}

/** Evidence about one port of a process outweighs evidence about the process. */
export function commandScore({ command, commandAt }: Framework, text: string, port: number): number {
  if (commandAt?.(text, port)) return 8;
  return command?.test(text) ? 4 : 0;
}

/** The backlog that sshd gives to the listener of a -R forward (SSH_LISTEN_BACKLOG of channels.c). */
const sshdBacklog = 128;

/**
 * Whether the port is the listener of an `ssh -R`. SECURITY: a request to it would reach another machine, at worst the
 * user's own. The remote shows all our processes except those that changed their user or their rights (PR_SET_DUMPABLE of
 * prctl(2)): sshd's sessions, and servers that have a file capability or a namespace of their own. Their address and their
 * backlog tell them apart; in doubt it is sshd.
 */
export function isSshRemoteForward({ owner, process, addresses, backlog = sshdBacklog }: RemotePort): boolean {
  return owner === 'self' && !process && addresses.every(isLoopbackAddress) && backlog === sshdBacklog;
}

const projectFolder = /^\/(?:home|root|Users|workspaces?|app|code|src|work|mnt|media|tmp|var\/www|opt|data)(?:\/|$)/;

/** Whether the program belongs to a project of this user. One that hides its process from its own user was started by hand. */
export function isOfProject(remotePort: RemotePort): boolean {
  const { owner, process } = remotePort;
  if (owner !== 'self') return false;
  return process ? projectFolder.test(process.workingDirectory ?? '') : !isSshRemoteForward(remotePort);
}

const devServerPorts = new Set(frameworks.flatMap(({ role, ports = [] }) => (role === 'devServer' ? ports : [])));

export function isUsualDevPort(port: number): boolean {
  return devServerPorts.has(port);
}
