import { abortable, deadline } from '../../../base/delay.ts';
import { linkLost } from '../../ssh/linkLost.ts';
import type { CountedConnection } from './countedConnection.ts';

interface Waiter {
  readonly resolve: (connection: CountedConnection) => void;
  readonly reject: (error: Error) => void;
}

/** The dials that wait for a host's next connection. */
export class ConnectionWaiters {
  readonly #waiters = new Set<Waiter>();

  /** @throws UserError<DialProblem> if no connection comes within `limitMs`, or none will come */
  async next(limitMs: number, signal: AbortSignal): Promise<CountedConnection> {
    const limit = deadline(limitMs, linkLost, signal);
    let waiter: Waiter | undefined;
    const next = new Promise<CountedConnection>((resolve, reject) => this.#waiters.add((waiter = { resolve, reject })));
    try {
      return await abortable(next, limit.signal);
    } finally {
      if (waiter) this.#waiters.delete(waiter);
      limit.clear();
    }
  }

  give(connection: CountedConnection): void {
    for (const { resolve } of this.#waiters) resolve(connection);
  }

  /** No connection will come. */
  refuse(): void {
    for (const { reject } of this.#waiters) reject(linkLost());
  }
}
