import { once } from 'node:events';
import net from 'node:net';
import type { TestContext } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import type { RelayProblem } from '../../../src/core/forward/connections.ts';
import type { Dial } from '../../../src/core/forward/dial.ts';
import type { RunningForward } from '../../../src/core/forward/runningForward.ts';
import { openLocalForward } from '../../../src/core/forward/local.ts';
import type { Bind } from '../../../src/core/spec/spec.ts';

export const anyPort: Bind = { kind: 'tcp', host: undefined, port: 0 };

/** A server on 127.0.0.1 with `allowHalfOpen`. The test ends it. */
export async function serve(
  t: TestContext,
  onSocket: (socket: net.Socket) => unknown,
): Promise<{ readonly port: number; readonly open: () => number }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    // Other programs of this machine may connect to a new server. Their errors do not concern the test.
    Promise.resolve(onSocket(socket)).catch(() => socket.destroy());
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as net.AddressInfo).port, open: () => sockets.size };
}

/** A plain TCP connection in place of a channel. Its stream fulfils what `Dial` promises. */
export function dialTo(port: number): Dial {
  return async () => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  };
}

export interface TestForward {
  readonly forward: RunningForward;
  readonly port: number;
  readonly problems: readonly RelayProblem[];
  readonly connect: (host?: string) => net.Socket;
}

/** A forward from a free loopback port through `dial`. The test closes it. */
export async function forwardTo(t: TestContext, dial: Dial): Promise<TestForward> {
  const problems: RelayProblem[] = [];
  const to = { kind: 'tcp', host: 'there', port: 1 } as const;
  const forward = await openLocalForward(
    { spec: { kind: 'local', bind: anyPort, to }, dial, onProblem: (problem) => problems.push(problem) },
    never,
  );
  t.after(() => forward.close());
  const port = portOf(forward);
  return { forward, port, problems, connect: (host) => connect(t, port, host) };
}

export function portOf(forward: Pick<RunningForward, 'bound'>): number {
  const [first] = forward.bound;
  if (first?.kind !== 'tcp') throw new Error('not bound to a TCP port');
  return first.port;
}

export function connect(t: TestContext, port: number, host = '127.0.0.1'): net.Socket {
  const socket = net.connect({ port, host, allowHalfOpen: true });
  socket.on('error', () => undefined);
  t.after(() => socket.destroy());
  return socket;
}

/** Reads until the peer's FIN. The socket stays open for writing. Rejects with the socket's error, such as ECONNRESET. */
export function readAll(socket: net.Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
    socket.on('error', reject).on('close', () => reject(new Error('closed without an end')));
    socket.resume();
  });
}

/** How a socket ends: 'end' for a FIN, else the code of its error. */
export function ending(socket: net.Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('end', () => resolve('end')).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    socket.on('close', () => resolve('close'));
    socket.resume();
  });
}
