import type { FrontTraffic } from '../front/front.ts';

/** An open forward. It outlives the connection, because `Dial` waits for the next one. */
export interface RunningForward {
  /** The actual addresses, known after `listen` succeeded: addresses of this machine, or the port at the server. */
  readonly bound: readonly BoundAddress[];
  readonly traffic: () => Traffic;
  /** Stops listening and ends all connections. The port is free when this resolves. May be called twice. */
  close(): Promise<void>;
}

export type BoundAddress =
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Totals since the forward was opened. Bytes are payload bytes. */
export interface Traffic {
  readonly openConnections: number;
  readonly totalConnections: number;
  readonly bytesToRemote: number;
  readonly bytesFromRemote: number;
  /** Of its HTTPS front, whose bytes are counted above. */
  readonly https?: FrontTraffic;
}
