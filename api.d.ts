/**
 * What SSH Ports offers to other extensions. This file is part of the package: copy it, or refer to it. A version only ever
 * grows: what is here stays.
 *
 *     const extension = vscode.extensions.getExtension<SshPortsExports>('ssh-ports.ssh-ports');
 *     const api = (await extension?.activate())?.getApi(1);
 */
import type { CancellationToken, Disposable, Event } from 'vscode';

export interface SshPortsExports {
  /** @throws Error when this version of SSH Ports has no such version of the API */
  getApi(version: 1): SshPortsApi;
}

/** All data are values of the moment. Calls fail with an `Error` in plain English, or with a `CancellationError`. */
export interface SshPortsApi {
  readonly version: 1;
  /** The hosts of the SSH configuration, and those that the user typed. */
  getHosts(): readonly Host[];
  /** Fires after the result of `getHosts` has changed. */
  readonly onDidChange: Event<void>;
  /** Connects to a host, as after `ssh`. The user may be asked for a password, or about a new host key. */
  connect(host: string, token?: CancellationToken): Promise<Host>;
  disconnect(host: string): Promise<void>;
  /**
   * Connects if need be. Settles when the forward accepts connections. An existing forward is used. The user is asked
   * before other machines can use it.
   */
  forward(wanted: ForwardOptions, token?: CancellationToken): Promise<HeldForward>;
  stop(forward: Pick<Forward, 'host' | 'id'>): Promise<void>;
  /** Settles when the user, a rule or an extension has forwarded this port of the host, or of any host. */
  waitUntilForwarded(
    wanted: { readonly host?: string; readonly port: number },
    token?: CancellationToken,
  ): Promise<Forward>;
}

/** Either `port`, with or without `localPort`, or `spec`. */
export interface ForwardOptions {
  /** As after `ssh`. */
  readonly host: string;
  /** A port of the host itself. */
  readonly port?: number;
  /** This local port or an error. Absent: the same number if it is free, else one near it. */
  readonly localPort?: number;
  /** Overrules that: `true` makes a taken port an error, `false` takes another one. */
  readonly requireLocalPort?: boolean;
  /** One forward as the box of Forward Port takes it: `8000:db.internal:5432`, `-D 1080`, `-R 8022:localhost:22`. */
  readonly spec?: string;
  readonly label?: string;
}

/** A forward that an extension asked for. */
export interface HeldForward extends Forward, Disposable {
  /**
   * Stops the forward, unless it was there before the call. One that is never disposed of comes back with its host in the
   * next session, as the user's own do, and then was there before.
   */
  dispose(): void;
}

/** How a host is reached at the moment. `waiting`: the connection was lost and comes back by itself. `failed`: it does not. */
export type HostStatus = 'idle' | 'connecting' | 'online' | 'waiting' | 'failed';

export interface Host {
  /** As after `ssh`. Unique. */
  readonly name: string;
  /** The SSH configuration lists it; otherwise somebody typed it. */
  readonly isConfigured: boolean;
  readonly status: HostStatus;
  /** Why it is waiting or failed, and the next step, in plain English. */
  readonly problem?: string;
  /** What listens there. Empty unless the host is online. */
  readonly remotePorts: readonly RemotePort[];
  readonly forwards: readonly Forward[];
}

/** CAUTION: the names come from the remote machine. Show them as plain text. */
export interface RemotePort {
  readonly port: number;
  /** The container in whose network the port is. Absent: it is a port of the host itself. */
  readonly container?: string;
  /** The addresses that the program listens on, without brackets. */
  readonly addresses: readonly string[];
  /** The name of the process. Absent where the remote does not tell. */
  readonly process?: string;
  /** What kind of server it is, for people: `Flask`. Absent until it is known. */
  readonly program?: string;
}

/**
 * `open`: it accepts connections. `elsewhere`: another window has the same forward. `dormant`: it waits for its program.
 * `off`: everything is switched off.
 */
export type ForwardStatus = 'opening' | 'open' | 'off' | 'paused' | 'expired' | 'dormant' | 'elsewhere' | 'failed';

export interface Forward {
  readonly host: string;
  /** Unique within its host while it lives. */
  readonly id: string;
  /** As in ssh: -L, -R, -D, and -R without a destination. */
  readonly kind: 'local' | 'remote' | 'dynamic' | 'remoteDynamic';
  readonly origin: 'user' | 'auto' | 'config';
  readonly status: ForwardStatus;
  /** Why it failed, or why its latest connection did, and the next step. */
  readonly problem?: string;
  readonly label?: string;
  /** The port of the host or of a container that it leads to. Absent if it leads elsewhere. */
  readonly remotePort?: number;
  /** The container whose port that is. Absent: it is a port of the host itself. */
  readonly container?: string;
  /** `localhost:5000`, or the path of a Unix socket: where it answers on this machine. */
  readonly localAddress?: string;
  readonly localPort?: number;
  /** The address of its page. */
  readonly url?: string;
  /** Where the host listens for this machine: `remote` and `remoteDynamic` only. */
  readonly remoteAddress?: string;
}
