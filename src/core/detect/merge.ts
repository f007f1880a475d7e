import type { RemotePort, PortProcess } from './remotePort.ts';
import type { ListeningSocket } from '../listing/socket.ts';

/** A socket and its process, if the remote shows it. */
export interface OwnedSocket {
  readonly socket: ListeningSocket;
  readonly process?: PortProcess;
}

/** The account on the remote. */
export interface Account {
  readonly uid: number;
  readonly user: string;
}

/** One remote port for each port number, sorted by number. */
export function merge(sockets: readonly OwnedSocket[], me: Account): readonly RemotePort[] {
  const byPort = new Map<number, OwnedSocket[]>();
  for (const owned of sockets) {
    const group = byPort.get(owned.socket.port);
    if (group) group.push(owned);
    else byPort.set(owned.socket.port, [owned]);
  }
  return [...byPort].map(([port, group]) => remotePort(port, group, me)).sort((a, b) => a.port - b.port);
}

function remotePort(port: number, group: readonly OwnedSocket[], me: Account): RemotePort {
  const process = group.find((owned) => owned.process)?.process;
  const owner = group.map((owned) => ownerOf(owned, me)).find((found) => found);
  // Each worker process may have its own socket on the port. Workers come and go; the lowest inode is the most stable.
  const inode = group.flatMap(({ socket }) => socket.inode ?? []).sort((a, b) => Number(a) - Number(b))[0];
  // CAUTION: programs may share a port at different addresses. The least backlog speaks for all of them.
  const backlogs = group.flatMap(({ socket }) => socket.backlog ?? []);
  const socketId = inode ?? process?.pid.toString();
  return {
    port,
    addresses: [...new Set(group.map(({ socket }) => socket.address))].sort(),
    ...(owner && { owner }),
    ...(socketId !== undefined && { socketId }),
    ...(backlogs.length > 0 && { backlog: Math.min(...backlogs) }),
    ...(process && { process }),
  };
}

function ownerOf({ socket, process }: OwnedSocket, me: Account): RemotePort['owner'] {
  const user = process?.user ?? socket.user;
  if (socket.uid === me.uid || (user !== undefined && user === me.user)) return 'self';
  if (socket.uid === 0 || user === 'root') return 'root';
  return socket.uid === undefined && user === undefined ? undefined : 'other';
}
