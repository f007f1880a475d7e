import type { Bind } from '../spec/spec.ts';

/** A forward that is up. It outlives the link: `Dial` waits for a new one. */
export interface RunningForward {
  /** Where it really listens, after `listen` succeeded: local addresses, or the remote's real port. */
  readonly bound: readonly BoundAddress[];
  readonly traffic: () => Traffic;
  /** Stops listening and ends all connections; the port is free when this resolves. Safe twice. */
  close(): Promise<void>;
}

export type BoundAddress =
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Counted since the forward was opened. Bytes are of the payload. */
export interface Traffic {
  readonly openConnections: number;
  readonly totalConnections: number;
  readonly bytesToRemote: number;
  readonly bytesFromRemote: number;
}

/** Why a local listener could not be opened. `owner`: the process that has the port, where the system tells. */
export type ListenProblem =
  | { readonly code: 'portInUse'; readonly bind: Bind; readonly owner?: PortOwner }
  | { readonly code: 'portPrivileged'; readonly bind: Bind }
  | { readonly code: 'addressUnavailable'; readonly bind: Bind }
  | { readonly code: 'listenFailed'; readonly bind: Bind; readonly detail: string };

export interface PortOwner {
  readonly pid: number;
  readonly name: string;
}
