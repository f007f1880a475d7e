import type { Container, PublishedPort, Unreachable } from './containers/container.ts';

/** A TCP port on which a program of the remote listens. Plain data. The same port on several addresses is one remote port. */
export interface RemotePort {
  readonly port: number;
  /** The bound addresses as the remote prints them, without brackets or zone: '127.0.0.1', '::'. Sorted, at least one. */
  readonly addresses: readonly string[];
  /** The owner of the socket, relative to the account of the connection. Absent if the remote does not tell. */
  readonly owner?: 'self' | 'root' | 'other';
  /** Changes when the server restarts (the socket's inode). Absent if the remote does not tell. */
  readonly socketId?: string;
  /** How many connections may wait for the program (listen(2)). Absent if the remote does not tell. */
  readonly backlog?: number;
  /** Absent if the remote does not tell, as for another user's process. In a container: the container's first process. */
  readonly process?: PortProcess;
  /** The container in whose network it listens. Absent: in the network of the host itself. */
  readonly container?: Container;
  /** Why no connection from the host reaches it. */
  readonly unreachable?: Unreachable;
  /** The port of a container that this port of the host leads to. */
  readonly published?: PublishedPort;
}

export interface PortProcess {
  readonly pid: number;
  /** The PID of the parent, and the process group. A dev server and its helpers share them. */
  readonly parent?: number;
  readonly group?: number;
  readonly name: string;
  readonly user?: string;
  readonly commandLine?: readonly string[];
  readonly workingDirectory?: string;
  /** Name or short id of the container, if the remote shows it. */
  readonly container?: string;
}

/** The state of the watch. Forwarding works without it; `unavailable` explains why no remote ports are listed. */
export type Detection =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting' }
  /** `method`: the tool that lists the sockets: 'ss', 'proc', 'netstat', 'lsof', 'sockstat'. `pollMs`: the pause between two polls. */
  | { readonly kind: 'watching'; readonly method: string; readonly pollMs: number }
  | {
      readonly kind: 'unavailable';
      readonly reason: 'noShell' | 'noTool' | 'timeout' | 'failed';
      readonly detail: string;
    };
