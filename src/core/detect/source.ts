import type { RemotePort } from './remotePort.ts';

/** One remote, looked at again and again. */
export interface Source {
  /** What `Detection` calls it. */
  readonly method: string;
  /** Undefined: nothing changed since the last look. @throws UserError<WatchProblem>, or the signal's reason. */
  poll(signal: AbortSignal): Promise<readonly RemotePort[] | undefined>;
  /** What all looks so far have cost the remote, in milliseconds of CPU. */
  costMs(signal: AbortSignal): Promise<number>;
  close(): void;
}
