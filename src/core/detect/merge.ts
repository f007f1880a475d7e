import type { RemotePort, PortProcess } from './remotePort.ts';
import type { ListeningSocket } from '../listing/socket.ts';

/** A socket and all that is known of its process. */
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
  // Workers may each have a socket on the port and come and go; the oldest stays longest.
  const inode = group.flatMap(({ socket }) => socket.inode ?? []).sort((a, b) => Number(a) - Number(b))[0];
  const socketId = inode ?? process?.pid.toString();
  return {
    port,
    addresses: [...new Set(group.map(({ socket }) => socket.address))].sort(),
    ...(owner && { owner }),
    ...(socketId !== undefined && { socketId }),
    ...(process && { process }),
  };
}

function ownerOf({ socket, process }: OwnedSocket, me: Account): RemotePort['owner'] {
  const user = process?.user ?? socket.user;
  if (socket.uid === me.uid || (user !== undefined && user === me.user)) return 'self';
  if (socket.uid === 0 || user === 'root') return 'root';
  return socket.uid === undefined && user === undefined ? undefined : 'other';
}
