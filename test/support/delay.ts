import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

/** A port here that leads to another one, a long way off: all that passes arrives later, and nothing is held back. */
export interface DelayedPort {
  readonly port: number;
  /** What has come back from there, on its way or arrived. */
  readonly bytesFromServer: () => number;
  close(): void;
}

export async function delayedPort(to: number, roundTripMs: number): Promise<DelayedPort> {
  let bytes = 0;
  const sockets = new Set<net.Socket>();
  const carry = (from: net.Socket, into: net.Socket): void => {
    const later = (then: () => void): void => void setTimeout(then, roundTripMs / 2);
    sockets.add(from);
    from.on('error', () => undefined);
    from.on('data', (chunk) => later(() => into.write(chunk)));
    from.on('end', () => later(() => into.end()));
    from.on('close', () => later(() => into.destroy()));
  };
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const far = net.connect({ port: to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    far.on('data', (chunk) => (bytes += chunk.length));
    carry(client, far);
    carry(far, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    bytesFromServer: () => bytes,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
