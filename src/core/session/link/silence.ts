import type { NetworkEvent } from './networkEvents.ts';

/** A connection that gave no sign of life when it was asked for one. */
export interface Silence {
  /** Epoch ms. */
  readonly since: number;
  readonly cause: DoubtCause;
}

/** Why a connection is asked for a sign of life. */
export type DoubtCause =
  | NetworkEvent
  /** The server has not answered a request. */
  | 'slowAnswer'
  /** The watch has had no answer. */
  | 'watch'
  /** Nothing was asked: a look now and then, for connections that nobody uses. */
  | 'routine';

/** What is known of a silent connection whose replacement works. */
export interface SilentFacts {
  readonly silentMs: number;
  readonly cause: DoubtCause;
  /** See `Connection.retransmits`: now, and when the replacement came up. */
  readonly retransmits: number | undefined;
  readonly retransmitsBefore: number | undefined;
}

/** So many more retransmits since the network is known to work again. TCP doubles the pause before each (RFC 6298 §5). */
const deadRetransmits = 2;
/** After sleep or in another network, where the system does not tell of retransmits. */
const goneAfterEventMs = 10_000;

/**
 * Proof that a silent connection is dead, though its replacement reaches the same server: its bytes are not acknowledged
 * there. A server that merely takes its time acknowledges them, as a stopped process does, and is waited for as ssh waits.
 */
export function isGone({ silentMs, cause, retransmits, retransmitsBefore = 0 }: SilentFacts): boolean {
  if (retransmits === Infinity) return true;
  if (retransmits !== undefined) return retransmits >= retransmitsBefore + deadRetransmits;
  return (cause === 'slept' || cause === 'network') && silentMs >= goneAfterEventMs;
}
