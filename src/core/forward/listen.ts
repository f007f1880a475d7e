import net from 'node:net';
import { UserError, errorCode } from '../../base/userError.ts';
import type { Bind } from '../spec/spec.ts';
import { listening } from './listening.ts';
import { isAddressMissing, isPipe, listenError, type ListenProblem } from './listenProblem.ts';
import { listenPipe, listenUnix, type SocketFile } from './listenUnix.ts';
import type { BoundAddress } from './runningForward.ts';

/** Our listening sockets on this machine for one bind address. They accept from the moment they exist. */
export interface LocalListener {
  readonly bound: readonly BoundAddress[];
  /** Stops accepting and frees the port at once. Open connections go on. May be called twice. */
  close(): void;
}

/** The address families for an absent bind address, `localhost` and `*`. */
export type Family = 'any' | 'inet' | 'inet6';

export interface ListenOptions extends SocketFile {
  readonly bind: Bind;
  /** Absent: any. */
  readonly family?: Family;
  /** Gets each accepted connection, paused, with `allowHalfOpen`. */
  readonly onSocket: (socket: net.Socket) => void;
  /** The system refuses to accept more connections, for example for lack of file descriptors. The listener goes on. */
  readonly onError: (error: Error) => void;
}

type TcpBind = Extract<Bind, { readonly kind: 'tcp' }>;

/** How many times to ask the system for a port that is free in both address families. */
const maxPortAttempts = 20;

/**
 * Listens as ssh(1) -L does. No bind address, or `localhost`, means 127.0.0.1 and ::1 on the same port; `*` means every
 * interface in both families. An address family that this machine lacks is skipped. Port 0 finds a free port.
 *
 * @throws UserError<ListenProblem>, or the signal's reason
 */
export async function listenLocal(options: ListenOptions, signal: AbortSignal): Promise<LocalListener> {
  signal.throwIfAborted();
  const { bind } = options;
  const listener = await (bind.kind === 'unix' ? listenAtPath(options, bind.path) : listenTcp(options, bind));
  if (signal.aborted) {
    listener.close();
    signal.throwIfAborted();
  }
  return listener;
}

async function listenTcp(options: ListenOptions, bind: TcpBind): Promise<LocalListener> {
  const hosts = hostsOf(bind.host, options.family ?? 'any');
  for (let attempt = 1; ; attempt++) {
    const opened = await listenAll(options, hosts, bind.port);
    if (opened.kind === 'listening') {
      const { servers } = opened;
      return { bound: servers.map(boundAddress), close: () => closeAll(servers) };
    }
    const mayRetry = bind.port === 0 && errorCode(opened.error) === 'EADDRINUSE' && attempt < maxPortAttempts;
    if (!mayRetry) throw await listenError(bind, opened.port, opened.error);
  }
}

/** Each inner list is one listening socket: its later addresses replace the first if this machine lacks that family. */
function hostsOf(host: string | undefined, family: Family): readonly (readonly string[])[] {
  if (host === undefined || host === 'localhost') return loopbacks[family];
  return host === '*' ? interfaces[family] : [[host]];
}

const loopbacks = { any: [['127.0.0.1'], ['::1']], inet: [['127.0.0.1']], inet6: [['::1']] } as const;
const interfaces = { any: [['::', '0.0.0.0']], inet: [['0.0.0.0']], inet6: [['::']] } as const;

interface Failure {
  readonly kind: 'failed';
  readonly port: number;
  readonly error: unknown;
}

type ListenResult = { readonly kind: 'listening'; readonly servers: readonly net.Server[] } | Failure;

async function listenAll(
  options: ListenOptions,
  hosts: readonly (readonly string[])[],
  wantedPort: number,
): Promise<ListenResult> {
  const servers: net.Server[] = [];
  let port = wantedPort;
  let missing: Failure | undefined;
  for (const choices of hosts) {
    for (const host of choices) {
      const server = createServer(options);
      try {
        await listening(server, () =>
          server.listen({ host, port, ipv6Only: host !== '::' || options.family === 'inet6' }),
        );
      } catch (error) {
        const failure: Failure = { kind: 'failed', port, error };
        if (!isAddressMissing(error)) {
          closeAll(servers);
          return failure;
        }
        missing = failure;
        continue;
      }
      servers.push(server);
      port = (server.address() as net.AddressInfo).port;
      break;
    }
  }
  return servers.length === 0 && missing ? missing : { kind: 'listening', servers };
}

async function listenAtPath(options: ListenOptions, file: string): Promise<LocalListener> {
  const isWindows = process.platform === 'win32';
  if (isWindows && !isPipe(file)) throw new UserError<ListenProblem>({ code: 'pipeNeeded', bind: options.bind });
  const server = createServer(options);
  try {
    const remove = await (isWindows ? listenPipe(server, file) : listenUnix(server, file, options));
    const close = (): void => {
      server.close();
      remove();
    };
    return { bound: [{ kind: 'unix', path: file }], close };
  } catch (error) {
    throw await listenError(options.bind, 0, error);
  }
}

function createServer({ onSocket, onError }: ListenOptions): net.Server {
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
    // CAUTION: without a handler, an error event ends the process. The later 'close' event is enough for us.
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  server.once('listening', () => server.on('error', onError));
  return server;
}

function boundAddress(server: net.Server): BoundAddress {
  const { address, port } = server.address() as net.AddressInfo;
  return { kind: 'tcp', address, port };
}

/** The ports are free when this returns. Only Node's 'close' event waits for the open connections. */
function closeAll(servers: readonly net.Server[]): void {
  for (const server of servers) server.close();
}
