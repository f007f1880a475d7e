import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { UserError, errorCode } from '../../base/userError.ts';
import type { Bind } from '../spec/spec.ts';
import { isAddressMissing, isPipe, listenError, type ListenProblem } from './listenProblem.ts';
import type { BoundAddress } from './runningForward.ts';

/** Our listening sockets on this machine for one bind address. They accept from the moment they exist. */
export interface LocalListener {
  readonly bound: readonly BoundAddress[];
  /** Stops accepting and frees the port at once. Open connections go on. May be called twice. */
  close(): void;
}

/** For a Unix socket. */
export interface SocketFile {
  /** ssh_config(5) StreamLocalBindUnlink: remove an existing file first. */
  readonly unlinkExisting?: boolean;
  /** ssh_config(5) StreamLocalBindMask. By default only this user may connect. */
  readonly bindMask?: number;
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
  const servers =
    options.bind.kind === 'unix'
      ? [await (process.platform === 'win32' ? listenPipe : listenUnix)(options, options.bind.path)]
      : await listenTcp(options, options.bind);
  if (signal.aborted) {
    closeAll(servers);
    signal.throwIfAborted();
  }
  return { bound: servers.map(boundAddress), close: () => closeAll(servers) };
}

async function listenTcp(options: ListenOptions, bind: TcpBind): Promise<readonly net.Server[]> {
  const hosts = hostsOf(bind.host, options.family ?? 'any');
  for (let attempt = 1; ; attempt++) {
    const opened = await listenAll(options, hosts, bind.port);
    if (opened.kind === 'listening') return opened.servers;
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

async function listenUnix(options: ListenOptions, file: string): Promise<net.Server> {
  const server = createServer(options);
  try {
    if (options.unlinkExisting || (await isStale(file))) fs.rmSync(file, { force: true });
    // Node calls bind(2) inside `listen`, so the umask applies to it.
    await listening(server, () => withUmask(options.bindMask ?? 0o177, () => server.listen({ path: file })));
  } catch (error) {
    throw await listenError(options.bind, 0, error);
  }
  return server;
}

/** CAUTION: to look at a pipe in the file system is to connect to it. A pipe ends with its process and is never stale. */
async function listenPipe(options: ListenOptions, pipe: string): Promise<net.Server> {
  if (!isPipe(pipe)) throw new UserError<ListenProblem>({ code: 'pipeNeeded', bind: options.bind });
  const server = createServer(options);
  try {
    await listening(server, () => server.listen({ path: pipe }));
  } catch (error) {
    throw await listenError(options.bind, 0, error);
  }
  return server;
}

/** Whether a killed process left the socket file behind. Such a file must not block the next forward. */
async function isStale(file: string): Promise<boolean> {
  if (!fs.lstatSync(file, { throwIfNoEntry: false })?.isSocket()) return false;
  const socket = net.connect({ path: file });
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return errorCode(error) === 'ECONNREFUSED';
  } finally {
    socket.destroy();
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

async function listening(server: net.Server, listen: () => void): Promise<void> {
  const done = once(server, 'listening');
  try {
    listen();
  } catch (error) {
    // `listen` throws for arguments that it rejects, for example a path with a NUL.
    server.emit('error', error);
  }
  await done;
}

function withUmask(mask: number, act: () => void): void {
  const before = process.umask(mask);
  try {
    act();
  } finally {
    process.umask(before);
  }
}

function boundAddress(server: net.Server): BoundAddress {
  const address = server.address();
  if (typeof address === 'string') return { kind: 'unix', path: address };
  if (address === null) throw new Error('a listener without an address');
  return { kind: 'tcp', address: address.address, port: address.port };
}

/** The ports are free when this returns. Only Node's 'close' event waits for the open connections. */
function closeAll(servers: readonly net.Server[]): void {
  for (const server of servers) server.close();
}
