import type { Program } from '../detect/identify/program.ts';
import type { PortProcess, RemotePort } from '../detect/remotePort.ts';
import { firstEphemeralPort } from '../spec/port.ts';

type KnownPort = RemotePort & { readonly program?: Program };

/** Debuggers and logins have a smaller backlog (listen(2)). */
const minBacklog = 100;

/**
 * The page that a port of the ephemeral range belongs to: the lowest port of the same dev server. What a browser needs
 * beside the page listens there (hot reload), or a worker of the server. Undefined if the port stands alone.
 */
export function pageOf<T extends KnownPort>(port: KnownPort, ports: readonly T[]): T | undefined {
  const { backlog = minBacklog, owner } = port;
  if (port.port < firstEphemeralPort || owner !== 'self' || backlog < minBacklog) return undefined;
  return ports
    .filter((each) => each.port < firstEphemeralPort && each.owner === 'self' && isPage(each))
    .toSorted((a, b) => a.port - b.port)
    .find((each) => isOneServer(port, each));
}

function isPage({ program }: KnownPort): boolean {
  return program === undefined || (program.role === 'devServer' && program.scheme !== undefined);
}

/** A shell without job control puts all that it starts into one process group, so the group alone says too little. */
function isOneServer(one: KnownPort, other: KnownPort): boolean {
  const [a, b] = [one.process, other.process];
  if (!a || !b) return false;
  return (
    a.pid === b.pid ||
    (a.group !== undefined && a.group === b.group && (a.parent === b.pid || b.parent === a.pid || isSameProgram(a, b)))
  );
}

/** Workers of one parent: `next-server` beside `next-server`. */
function isSameProgram(a: PortProcess, b: PortProcess): boolean {
  return a.parent !== undefined && a.parent === b.parent && a.commandLine?.join(' ') === b.commandLine?.join(' ');
}
