import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { UserError, errorCode, errorText } from '../../base/userError.ts';
import type { BoundAddress, ListenProblem } from './runningForward.ts';
import { findPathOwner, findPortOwner } from './portOwner.ts';
import type { Bind } from '../spec/spec.ts';

/** Listeners of this machine that belong together. They accept from the moment they exist. */
export interface LocalListener {
  readonly bound: readonly BoundAddress[];
  /** Stops accepting and frees the port at once; connections that are open go on. Safe twice. */
  close(): void;
}

/** For a Unix socket. */
export interface SocketFile {
  /** ssh_config(5) StreamLocalBindUnlink: a file that is in the way is removed first. */
  readonly unlinkExisting?: boolean;
  /** ssh_config(5) StreamLocalBindMask; by default only this user may connect. */
  readonly bindMask?: number;
}

/** The families in which a bind address that is none, `localhost` or `*` is listened on. */
export type Family = 'any' | 'inet' | 'inet6';

export interface ListenOptions extends SocketFile {
  readonly bind: Bind;
  /** Absent: any. */
  readonly family?: Family;
  /** A connection, paused, with `allowHalfOpen`. */
  readonly onSocket: (socket: net.Socket) => void;
  /** The system refuses to accept more, for example for want of file descriptors. The listener goes on. */
  readonly onError: (error: Error) => void;
}

type TcpBind = Extract<Bind, { readonly kind: 'tcp' }>;

/** Ports asked of the system for one that is free in both address families. */
const maxPortAttempts = 20;

/**
 * Listens as ssh(1) -L means it: no bind address or `localhost` is 127.0.0.1 and ::1 on one port, `*` is every
 * interface in both families. A family that this machine does not have is left out. Port 0 finds a free one.
 *
 * @throws UserError<ListenProblem>, or the signal's reason
 */
export async function listenLocal(options: ListenOptions, signal: AbortSignal): Promise<LocalListener> {
  signal.throwIfAborted();
  const servers =
    options.bind.kind === 'unix'
      ? [await listenUnix(options, options.bind.path)]
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
    const isWorthAnother = bind.port === 0 && opened.code === 'EADDRINUSE' && attempt < maxPortAttempts;
    if (!isWorthAnother) throw await listenError(bind, opened);
  }
}

/** Each inner list is one address, as a choice: the second is taken where the first's family is missing. */
function hostsOf(host: string | undefined, family: Family): readonly (readonly string[])[] {
  if (host === undefined || host === 'localhost') return loopbacks[family];
  return host === '*' ? interfaces[family] : [[host]];
}

const loopbacks = { any: [['127.0.0.1'], ['::1']], inet: [['127.0.0.1']], inet6: [['::1']] } as const;
const interfaces = { any: [['::', '0.0.0.0']], inet: [['0.0.0.0']], inet6: [['::']] } as const;

interface Failure {
  readonly kind: 'failed';
  readonly code: string | undefined;
  readonly port: number;
  readonly error: unknown;
}

type Opened = { readonly kind: 'listening'; readonly servers: readonly net.Server[] } | Failure;

async function listenAll(
  options: ListenOptions,
  hosts: readonly (readonly string[])[],
  wantedPort: number,
): Promise<Opened> {
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
        const failure: Failure = { kind: 'failed', code: errorCode(error), port, error };
        if (!isMissing(failure.code)) {
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
    if (options.unlinkExisting || (await isLeftOver(file))) fs.rmSync(file, { force: true });
    // bind(2) happens within `listen`.
    await listening(server, () => withUmask(options.bindMask ?? 0o177, () => server.listen({ path: file })));
  } catch (error) {
    throw await listenError(options.bind, { kind: 'failed', code: errorCode(error), port: 0, error });
  }
  return server;
}

/** Whoever listened there was killed: like a port, a socket file must not outlive its owner and block the next one. */
async function isLeftOver(file: string): Promise<boolean> {
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
    // An error before anyone has taken the socket must not end the process; its 'close' says all.
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
    // What `listen` refuses to try at all, for example a path with a NUL.
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

/** The system has the ports back when this returns: only Node's own callback waits for the open connections. */
function closeAll(servers: readonly net.Server[]): void {
  for (const server of servers) server.close();
}

/** The machine does not have the address or its family. */
function isMissing(code: string | undefined): boolean {
  return (
    code === 'EADDRNOTAVAIL' ||
    code === 'EAFNOSUPPORT' ||
    code === 'EINVAL' ||
    code === 'ENOTFOUND' ||
    code === 'EAI_AGAIN'
  );
}

async function listenError(bind: Bind, { code, port, error }: Failure): Promise<UserError<ListenProblem>> {
  return new UserError(await listenProblem(bind, code, port, error), { cause: error });
}

async function listenProblem(
  bind: Bind,
  code: string | undefined,
  port: number,
  error: unknown,
): Promise<ListenProblem> {
  if (code === 'EADDRINUSE') {
    const owner = bind.kind === 'unix' ? await findPathOwner(bind.path) : await findPortOwner(port);
    return { code: 'portInUse', bind, ...(owner && { owner }) };
  }
  if (bind.kind === 'tcp' && code === 'EACCES') return { code: 'portPrivileged', bind };
  if (bind.kind === 'tcp' && isMissing(code)) return { code: 'addressUnavailable', bind };
  // libuv tells a folder that is not there as one that may not be written to.
  const isLost = bind.kind === 'unix' && code === 'EACCES' && !fs.existsSync(path.dirname(bind.path));
  return { code: 'listenFailed', bind, detail: isLost ? 'no such folder' : errorText(error) };
}
