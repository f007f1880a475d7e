import type { Listener } from '../core/detect/remotePort.ts';
import type { ForwardState, SeenListener } from '../core/session/state.ts';

/** `Flask`, or undefined for what nobody knows. */
export function serverName({
  identity,
}: {
  readonly identity?: SeenListener['identity'] | undefined;
}): string | undefined {
  return identity && identity.framework !== 'unknown' ? identity.name : undefined;
}

/** What a forward leads to, or led to before that stopped. */
export function serverBehind({ status }: ForwardState, seen: SeenListener | undefined): string | undefined {
  if (seen) return serverName(seen);
  return status.kind === 'dormant' ? serverName({ identity: status.server }) : undefined;
}

/**
 * The program's name as one started it: some call their main thread `MainThread`. A program that writes its state over
 * its command line (`sshd: /usr/sbin/sshd -D [listener]`) goes by the name that the system knows.
 */
export function processName({ process }: Listener): string | undefined {
  const [program = ''] = process?.commandLine ?? [];
  return /^(?:\S*[/\\])?([^/\\\s]+)$/u.exec(program)?.[1] ?? process?.name;
}

/** A listener in full, for tooltips. */
export function listenerLines(hostName: string, seen: SeenListener): string[] {
  const { listener, identity } = seen;
  const { process, port, addresses } = listener;
  const title = identity?.title ? ` (“${identity.title}”)` : '';
  return [
    `${serverName(seen) ?? 'A server'}${title} on ${hostName}, port ${port} (${addresses.join(', ')})`,
    ...(process
      ? [`${process.name}, pid ${process.pid}${process.workingDirectory ? `, in ${process.workingDirectory}` : ''}`]
      : []),
    ...(process?.container ? [`in the container ${process.container}`] : []),
    ...(process?.commandLine ? [process.commandLine.join(' ').slice(0, 200)] : []),
  ];
}
