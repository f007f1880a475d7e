import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

/** A local port that forwards to another port with a round-trip delay and unlimited bandwidth. */
export interface DelayedPort {
  readonly port: number;
  /** Bytes that the server has sent, delivered or still delayed. */
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
