import { containerTitle } from './containerTitle.ts';
import type { RemotePort } from '../core/detect/remotePort.ts';
import type { ForwardState, SeenPort } from '../core/session/state.ts';

/** `Flask`, or undefined for what nobody knows. */
export function programName({ program }: { readonly program?: SeenPort['program'] | undefined }): string | undefined {
  return program && program.framework !== 'unknown' ? program.name : undefined;
}

/** What a forward leads to, or led to before that stopped. */
export function programBehind({ status }: ForwardState, seen: SeenPort | undefined): string | undefined {
  if (seen) return programName(seen);
  return status.kind === 'dormant' ? programName({ program: status.server }) : undefined;
}

/**
 * The program's name as one started it: some call their main thread `MainThread`. A program that writes its state over
 * its command line (`sshd: /usr/sbin/sshd -D [listener]`) goes by the name that the system knows.
 */
export function processName({ process, container }: RemotePort): string | undefined {
  if (container) return undefined; // its first process, which need not be the one that listens
  const [program = ''] = process?.commandLine ?? [];
  return /^(?:\S*[/\\])?([^/\\\s]+)$/u.exec(program)?.[1] ?? process?.name;
}

/** A listener in full, for tooltips. */
export function remotePortLines(hostName: string, seen: SeenPort): string[] {
  const { program, process, port, addresses, container, published } = seen;
  const title = program?.title ? ` (“${program.title}”)` : '';
  const where = container ? `in ${containerTitle(container.name)} on ${hostName}` : `on ${hostName}`;
  return [
    `${programName(seen) ?? 'A server'}${title} ${where}, port ${port} (${addresses.join(', ')})`,
    ...(process
      ? [
          `${container ? 'first process of the container: ' : ''}${process.name}, pid ${process.pid}${process.workingDirectory ? `, in ${process.workingDirectory}` : ''}`,
        ]
      : []),
    ...(published ? [`published by ${containerTitle(published.container)}, its port ${published.port}`] : []),
    ...(process?.container && !container ? [`in the container ${process.container}`] : []),
    ...(process?.commandLine ? [process.commandLine.join(' ').slice(0, 200)] : []),
  ];
}
