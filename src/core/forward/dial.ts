import type { Duplex } from 'node:stream';
import type { Bind, Endpoint } from '../spec/spec.ts';

/**
 * Opens a connection as seen from the other side of the link (RFC 4254 §7.2 direct-tcpip; OpenSSH PROTOCOL
 * direct-streamlocal@openssh.com).
 *
 * The stream is a well-behaved Node Duplex with `allowHalfOpen`: `end()` sends EOF and nothing more, `'end'` is the
 * peer's EOF, `destroy()` closes the channel, and if the link or the peer dies abnormally it is destroyed **with an
 * error** (never a clean end). Rejects with a `UserError<DialProblem>`, or the signal's reason.
 */
export type Dial = (to: Endpoint, signal: AbortSignal) => Promise<Duplex>;

/** Why the other side did not open a connection; RFC 4254 §5.1 gives the reason codes. */
export type DialProblem =
  /** Reason 2: nothing listens there, or the name does not resolve there. `detail` is the server's text. */
  | { readonly code: 'connectFailed'; readonly to: Endpoint; readonly detail: string }
  /** Reason 1: AllowTcpForwarding, PermitOpen, `restrict` … forbid it. */
  | { readonly code: 'forwardingProhibited'; readonly to: Endpoint; readonly detail: string }
  /** Reasons 3 and 4, or any other. */
  | { readonly code: 'channelRefused'; readonly to: Endpoint; readonly detail: string }
  /** The link is away, or went away while waiting. */
  | { readonly code: 'linkLost' };

/** A connection that came in on a remote listener: take it, or refuse it (the peer is then reset or closed). */
export interface IncomingConnection {
  readonly originHost: string;
  readonly originPort: number;
  accept(): Duplex;
  reject(): void;
}

export interface RemoteListener {
  /** The real port, also when 0 was asked for; 0 for a Unix socket. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Asks the server to listen (RFC 4254 §7.1 tcpip-forward; streamlocal-forward@openssh.com).
 * `bind` is as asked by the user; the implementation maps `host` as ssh(1) -R does ('' for all, 'localhost' …).
 * Rejects with a `UserError<ListenRemoteProblem>`.
 */
export type ListenRemote = (
  bind: Bind,
  onConnection: (connection: IncomingConnection) => void,
  signal: AbortSignal,
) => Promise<RemoteListener>;

export type ListenRemoteProblem =
  /** The server never says why: port taken, PermitListen, AllowTcpForwarding, or a privileged port. */
  { readonly code: 'remoteBindRefused'; readonly bind: Bind } | { readonly code: 'linkLost' };
