/** What listens on the remote, as plain data. One entry a port: the same port on 0.0.0.0, 127.0.0.1 and ::1 is one server. */
export interface RemotePort {
  readonly port: number;
  /** As the remote names them, without brackets or zone: '127.0.0.1', '::1', '0.0.0.0', '::'. Sorted, at least one. */
  readonly addresses: readonly string[];
  /** Whose it is, as seen from the account that we are logged in with. Absent when the remote does not tell. */
  readonly owner?: 'self' | 'root' | 'other';
  /** Another value is another start of the server (the socket's inode). Absent when the remote does not tell. */
  readonly socketId?: string;
  /** Absent when the remote does not tell (another user's process). */
  readonly process?: PortProcess;
}

export interface PortProcess {
  readonly pid: number;
  readonly name: string;
  readonly user?: string;
  readonly commandLine?: readonly string[];
  readonly workingDirectory?: string;
  /** Name or short id of the container it runs in, where that can be seen. */
  readonly container?: string;
}

/** How the watch is doing. A remote without a shell forwards all the same; then this says why nothing is seen. */
export type Detection =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting' }
  /** `method`: what gave the listeners: 'ss', 'proc', 'netstat', 'lsof', 'sockstat'. `pollMs`: time between two looks. */
  | { readonly kind: 'watching'; readonly method: string; readonly pollMs: number }
  | {
      readonly kind: 'unavailable';
      readonly reason: 'noShell' | 'noTool' | 'timeout' | 'failed';
      readonly detail: string;
    };
