import type { RemotePort } from './remotePort.ts';

/** Polls the listening sockets of one remote. */
export interface Source {
  /** The `method` of `Detection`. */
  readonly method: string;
  /** Undefined if nothing changed since the last poll. @throws UserError<WatchProblem>, or the signal's reason. */
  poll(signal: AbortSignal): Promise<readonly RemotePort[] | undefined>;
  /** The user wants to see now what is usually looked for rarely. */
  refresh(): void;
  /** The total CPU time of all polls on the remote, in milliseconds. */
  costMs(signal: AbortSignal): Promise<number>;
  close(): void;
}
