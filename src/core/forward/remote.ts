import type net from 'node:net';
import { admitsConnection } from '../../base/descriptors.ts';
import { UserError } from '../../base/userError.ts';
import { connectLocal } from './connectLocal.ts';
import { type RelayProblem, Connections, tooManyConnections } from './connections.ts';
import type { IncomingConnection, ListenRemote, RemoteListener } from './dial.ts';
import type { BoundAddress, RunningForward } from './runningForward.ts';
import { permitsRemoteOpen } from '../spec/permitRemoteOpen.ts';
import { type Meter, relay } from './relay.ts';
import type { Credentials } from './socks.ts';
import { type SocksRequest, endAfterWriting, readSocksRequest, socksOutcome } from './socksSession.ts';
import type { Bind, Endpoint, ForwardSpec } from '../spec/spec.ts';

export interface RemoteForwardOptions {
  readonly spec: Extract<ForwardSpec, { readonly kind: 'remote' | 'remoteDynamic' }>;
  /** Gets the problem of one failed connection. It was already refused, and the forward goes on. */
  readonly onProblem: (problem: RelayProblem) => void;
  /** ssh_config(5) PermitRemoteOpen, for `remoteDynamic`. Absent or empty: every destination. */
  readonly permitRemoteOpen?: readonly string[];
  /** For `remoteDynamic`: every client must send these (SOCKS 5 only). Absent: no login. */
  readonly credentials?: Credentials;
}

/** A remote forward outlives its connection: the caller attaches it to the next connection. */
export interface RemoteForward extends RunningForward {
  /**
   * Asks the server to listen again on the same port, through a new connection. May be called again after a failure:
   * the server may hold the port for the lost connection a while longer.
   *
   * @throws UserError<ListenRemoteProblem>, or the signal's reason
   */
  attach(listenRemote: ListenRemote, signal: AbortSignal): Promise<void>;
}

/**
 * Listens at the server and connects from this machine: ssh(1) -R, with a destination or as a SOCKS proxy.
 *
 * @throws UserError<ListenRemoteProblem>, or the signal's reason
 */
export async function openRemoteForward(
  options: RemoteForwardOptions,
  listenRemote: ListenRemote,
  signal: AbortSignal,
): Promise<RemoteForward> {
  const { spec, onProblem } = options;
  const connections = new Connections(onProblem);
  let bind = spec.bind;
  let listener: RemoteListener | undefined;
  let isClosed = false;

  const onConnection = (incoming: IncomingConnection): void => {
    if (isClosed) return incoming.reject();
    if (!admitsConnection()) {
      incoming.reject();
      return onProblem(tooManyConnections);
    }
    connections.add((meter, ending) =>
      spec.kind === 'remote' ? carry(incoming, spec.to, meter, ending) : carrySocks(incoming, options, meter, ending),
    );
  };
  const attach: RemoteForward['attach'] = async (listen, attachSignal) => {
    const attached = await listen(bind, onConnection, attachSignal);
    if (isClosed) return attached.close();
    listener = attached;
    bind = withPort(bind, attached.port);
  };

  await attach(listenRemote, signal);
  return {
    get bound() {
      return [boundAddress(bind)];
    },
    traffic: () => connections.traffic(),
    attach,
    close: async () => {
      isClosed = true;
      await Promise.all([listener?.close(), connections.end()]);
    },
  };
}

async function carry(incoming: IncomingConnection, to: Endpoint, meter: Meter, signal: AbortSignal): Promise<void> {
  const local = await connectLocal(to, signal).catch((error: unknown) => {
    incoming.reject();
    throw error;
  });
  await relay(local, incoming.accept(), meter, signal);
}

/** Accepts a SOCKS client at once, because only its request names the destination. */
async function carrySocks(
  incoming: IncomingConnection,
  { permitRemoteOpen = [], credentials }: RemoteForwardOptions,
  meter: Meter,
  signal: AbortSignal,
): Promise<void> {
  const client = incoming.accept();
  client.on('error', () => undefined);
  const request = await readSocksRequest(client, credentials, signal);
  if (!request) return;
  const local = await connectPermitted(request, permitRemoteOpen, signal).catch((error: unknown) => {
    request.answer(socksOutcome(error));
    endAfterWriting(client);
    throw error;
  });
  request.answer('connected');
  await relay(local, client, meter, signal);
}

async function connectPermitted(
  { to }: SocksRequest,
  rules: readonly string[],
  signal: AbortSignal,
): Promise<net.Socket> {
  if (permitsRemoteOpen(rules, to.host, to.port)) return connectLocal(to, signal);
  const detail = 'PermitRemoteOpen';
  throw new UserError<RelayProblem>({ code: 'localConnectFailed', to, reason: 'prohibited', detail });
}

function withPort(bind: Bind, port: number): Bind {
  return bind.kind === 'unix' ? bind : { ...bind, port };
}

function boundAddress(bind: Bind): BoundAddress {
  if (bind.kind === 'unix') return bind;
  return { kind: 'tcp', address: bind.host ?? 'localhost', port: bind.port };
}
