import type { Duplex } from 'node:stream';
import type { Bind, Endpoint } from '../spec/spec.ts';

/**
 * Opens a channel to an address at the remote (RFC 4254 §7.2 direct-tcpip; OpenSSH PROTOCOL
 * direct-streamlocal@openssh.com).
 *
 * The stream is a Node Duplex with `allowHalfOpen`: `end()` sends EOF only, `'end'` is the peer's EOF, and `destroy()`
 * closes the channel. If the connection or the peer dies, the stream is destroyed **with an error**, never ended.
 * Rejects with a `UserError<DialProblem>`, or the signal's reason.
 */
export type Dial = (to: Endpoint, signal: AbortSignal) => Promise<Duplex>;

/** Why the server did not open a channel. RFC 4254 §5.1 lists the reason codes. */
export type DialProblem =
  /** Reason 2: no program listens there, or the remote cannot resolve the name. `detail` is the server's text. */
  | { readonly code: 'connectFailed'; readonly to: Endpoint; readonly detail: string }
  /** Reason 1: AllowTcpForwarding, PermitOpen or `restrict` forbids the destination. */
  | { readonly code: 'forwardingProhibited'; readonly to: Endpoint; readonly detail: string }
  /** Reasons 3, 4 and all others. */
  | { readonly code: 'channelRefused'; readonly to: Endpoint; readonly detail: string }
  /** The host is not connected, or the connection ended before the channel was open. */
  | { readonly code: 'linkLost' };

/** A connection to a remote listener. Accept it, or reject it: then the server resets or closes the peer. */
export interface IncomingConnection {
  readonly originHost: string;
  readonly originPort: number;
  accept(): Duplex;
  reject(): void;
}

export interface RemoteListener {
  /** The actual port, also if port 0 was requested. 0 for a Unix socket. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Asks the server to listen (RFC 4254 §7.1 tcpip-forward; streamlocal-forward@openssh.com).
 * `bind` is what the user asked for. The implementation maps `host` as ssh(1) -R does ('' for all interfaces).
 * Rejects with a `UserError<ListenRemoteProblem>`.
 */
export type ListenRemote = (
  bind: Bind,
  onConnection: (connection: IncomingConnection) => void,
  signal: AbortSignal,
) => Promise<RemoteListener>;

export type ListenRemoteProblem =
  /** The server never gives the reason: the port is in use or privileged, or PermitListen or AllowTcpForwarding forbids it. */
  { readonly code: 'remoteBindRefused'; readonly bind: Bind } | { readonly code: 'linkLost' };
