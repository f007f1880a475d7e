import { UserError, errorText } from '../../base/userError.ts';
import type { DialProblem } from './dial.ts';
import type { Traffic } from './runningForward.ts';
import type { Meter } from './relay.ts';
import type { Endpoint } from '../spec/spec.ts';

/** Why one connection of a forward could not be made. The forward itself goes on. */
export type RelayProblem =
  | DialProblem
  /** `remote` and `remoteDynamic`: this machine could not connect to where the connection should go. */
  | {
      readonly code: 'localConnectFailed';
      readonly to: Endpoint;
      readonly reason: 'refused' | 'unreachable' | 'nameUnknown' | 'prohibited' | 'other';
      readonly detail: string;
    }
  /** The system accepts no more, for example for want of file descriptors. */
  | { readonly code: 'acceptFailed'; readonly detail: string }
  | { readonly code: 'unexpected'; readonly detail: string };

/** The connections of one forward: counted, and ended together. */
export class Connections {
  readonly #onProblem: (problem: RelayProblem) => void;
  readonly #meter: Meter = { bytesToRemote: 0, bytesFromRemote: 0 };
  readonly #open = new Map<AbortController, Promise<void>>();
  #total = 0;

  constructor(onProblem: (problem: RelayProblem) => void) {
    this.#onProblem = onProblem;
  }

  /** `carry` takes one connection to its end. It leaves no stream open, whether it fails or the signal ends it. */
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

  /** Ends all connections as a fault, for that is what it is to those who use them. */
  async end(): Promise<void> {
    for (const ending of this.#open.keys()) ending.abort();
    await Promise.all(this.#open.values());
  }
}

function relayProblemOf(error: unknown): RelayProblem {
  if (error instanceof UserError) return error.problem as RelayProblem;
  return { code: 'unexpected', detail: errorText(error) };
}
