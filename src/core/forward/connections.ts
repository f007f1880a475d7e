import { reservedDescriptors } from '../../base/descriptors.ts';
import { UserError, errorText } from '../../base/userError.ts';
import type { DialProblem } from './dial.ts';
import type { Traffic } from './runningForward.ts';
import type { Meter } from './relay.ts';
import type { Endpoint } from '../spec/spec.ts';

/** Why one connection of a forward failed. The forward itself goes on. */
export type RelayProblem =
  | DialProblem
  /** `remote` and `remoteDynamic`: this machine could not connect to the destination. */
  | {
      readonly code: 'localConnectFailed';
      readonly to: Endpoint;
      readonly reason: 'refused' | 'unreachable' | 'nameUnknown' | 'prohibited' | 'other';
      readonly detail: string;
    }
  /** The system refuses to accept more connections, for example for lack of file descriptors. */
  | { readonly code: 'acceptFailed'; readonly detail: string }
  | { readonly code: 'unexpected'; readonly detail: string };

export const tooManyConnections: RelayProblem = {
  code: 'acceptFailed',
  detail: `only ${reservedDescriptors} file descriptors are left`,
};

/** Counts the connections of one forward and ends them together. */
export class Connections {
  readonly #onProblem: (problem: RelayProblem) => void;
  readonly #meter: Meter = { bytesToRemote: 0, bytesFromRemote: 0 };
  readonly #open = new Map<AbortController, Promise<void>>();
  #total = 0;

  constructor(onProblem: (problem: RelayProblem) => void) {
    this.#onProblem = onProblem;
  }

  /** `carry` serves one connection until it ends. It closes its streams also on failure and on abort. */
  add(carry: (meter: Meter, signal: AbortSignal) => Promise<void>): void {
    const ending = new AbortController();
    this.#total++;
    const done = carry(this.#meter, ending.signal)
      .catch((error: unknown) => {
        if (!ending.signal.aborted) this.#onProblem(relayProblemOf(error));
      })
      .finally(() => this.#open.delete(ending));
    this.#open.set(ending, done);
  }

  traffic(): Traffic {
    return { openConnections: this.#open.size, totalConnections: this.#total, ...this.#meter };
  }

  /** Resets all connections: their clients must not take the end for a complete answer. */
  async end(): Promise<void> {
    for (const ending of this.#open.keys()) ending.abort();
    await Promise.all(this.#open.values());
  }
}

/** The problem of a failed connection. An error without a problem is a bug, reported as `unexpected`. */
export function relayProblemOf(error: unknown): RelayProblem {
  if (error instanceof UserError) return error.problem as RelayProblem;
  return { code: 'unexpected', detail: errorText(error) };
}
