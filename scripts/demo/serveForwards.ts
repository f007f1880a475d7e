import { once } from 'node:events';
import net from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';
import type { Scope } from '../../src/base/scope.ts';

/** Forwards TCP in both directions: RFC 4254 sections 7.1 and 7.2. Remote listeners are bound to loopback only. */
export function serveForwards(connection: Connection, scope: Scope): void {
  connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
    const socket = net.connect({ host: destIP, port: destPort, allowHalfOpen: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      join(socket, accept());
    });
  });

  const listeners = new Map<number, net.Server>();
  scope.defer(() => listeners.forEach((server) => server.close()));
  connection.on('request', (accept, reject, name, info) => {
    if (name === 'tcpip-forward') {
      void begin(info.bindAddr, info.bindPort).then(
        (port) => accept?.(port),
        () => reject?.(),
      );
    } else if (name === 'cancel-tcpip-forward') {
      listeners.get(info.bindPort)?.close();
      const answer = listeners.delete(info.bindPort) ? accept : reject;
      answer?.();
    } else {
      reject?.();
    }
  });

  const begin = async (address: string, wantedPort: number): Promise<number> => {
    const server = await listen(connection, address, wantedPort);
    const { port } = server.address() as net.AddressInfo;
    listeners.set(port, server);
    return port;
  };
}

async function listen(connection: Connection, bindAddress: string, port: number): Promise<net.Server> {
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    const { port: boundPort } = server.address() as net.AddressInfo;
    const from = { address: socket.remoteAddress ?? '127.0.0.1', port: socket.remotePort ?? 0 };
    connection.forwardOut(bindAddress, boundPort, from.address, from.port, (error, channel) => {
      if (error) socket.resetAndDestroy();
      else join(socket, channel);
    });
  });
  server.listen(port, bindAddress === '::1' ? '::1' : '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Each side's end is passed on alone, so that either can still send after the other has finished. */
function join(socket: net.Socket, channel: ServerChannel): void {
  socket.setNoDelay(true);
  socket.on('error', () => channel.close());
  channel.on('error', () => socket.resetAndDestroy());
  socket.pipe(channel);
  channel.pipe(socket);
  channel.on('close', () => socket.destroySoon());
}
