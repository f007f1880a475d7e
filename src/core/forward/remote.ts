import type net from 'node:net';
import { UserError } from '../../base/userError.ts';
import { connectLocal } from './connectLocal.ts';
import { type RelayProblem, Connections } from './connections.ts';
import type { IncomingConnection, ListenRemote, RemoteListener } from './dial.ts';
import type { BoundAddress, RunningForward } from './runningForward.ts';
import { permitsRemoteOpen } from '../spec/permitRemoteOpen.ts';
import { type Meter, relay } from './relay.ts';
import type { Credentials } from './socks.ts';
import { type SocksRequest, endAfterWriting, readSocksRequest, socksOutcome } from './socksSession.ts';
import type { Bind, Endpoint, ForwardSpec } from '../spec/spec.ts';

export interface RemoteForwardOptions {
  readonly spec: Extract<ForwardSpec, { readonly kind: 'remote' | 'remoteDynamic' }>;
  /** One connection could not be made: it has been refused, and the forward goes on. */
  readonly onProblem: (problem: RelayProblem) => void;
  /** ssh_config(5) PermitRemoteOpen, for `remoteDynamic`. Absent or empty: everything. */
  readonly permitRemoteOpen?: readonly string[];
  /** For `remoteDynamic`: asked of every client (SOCKS 5 only). Absent: none. */
  readonly credentials?: Credentials;
}

/** A remote forward outlives the link it was opened on: it is attached to the next one. */
export interface RemoteForward extends RunningForward {
  /**
   * Asks the server of a new link to listen, for the port that the first one gave. May be called again after it failed:
   * the server may still hold the port for the session that was lost.
   *
   * @throws UserError<ListenRemoteProblem>, or the signal's reason
   */
  attach(listenRemote: ListenRemote, signal: AbortSignal): Promise<void>;
}

/**
 * Listens there and connects here: ssh(1) -R, with a destination or as a SOCKS proxy.
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

/** A SOCKS client has to be listened to before it is known where it wants to go, so it is let in at once. */
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
