/**
 * What SSH Ports offers to other extensions. This file is part of the package; copy it, or refer to it. Version 1 only ever
 * grows: what is here stays.
 *
 *     const ssh = vscode.extensions.getExtension<SshPortsExports>('ssh-ports.ssh-ports');
 *     const api = (await ssh?.activate())?.getApi(1);
 */

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
  /** The port of the host that it leads to. Absent if it leads elsewhere. */
  readonly remotePort?: number;
  /** `localhost:5000`, or the path of a Unix socket: where it answers on this machine. */
  readonly localAddress?: string;
  readonly localPort?: number;
  /** The address of its page. */
  readonly url?: string;
  /** Where the host listens for this machine: `remote` and `remoteDynamic` only. */
  readonly remoteAddress?: string;
}
