import { abortable, deadline } from '../../base/delay.ts';
import { UserError } from '../../base/userError.ts';
import type { DialProblem } from '../forward/dial.ts';
import type { Connection } from '../ssh/connection.ts';

interface Waiter {
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: Error) => void;
}

/** The dials that wait for a host's next connection. */
export class ConnectionWaiters {
  readonly #waiters = new Set<Waiter>();

  /** @throws UserError<DialProblem> if no connection comes within `limitMs`, or none will come */
  async next(limitMs: number, signal: AbortSignal): Promise<Connection> {
    const limit = deadline(limitMs, linkLost, signal);
    let waiter: Waiter | undefined;
    const next = new Promise<Connection>((resolve, reject) => this.#waiters.add((waiter = { resolve, reject })));
    try {
      return await abortable(next, limit.signal);
    } finally {
      if (waiter) this.#waiters.delete(waiter);
      limit.clear();
    }
  }

  give(connection: Connection): void {
    for (const { resolve } of this.#waiters) resolve(connection);
  }

  /** No connection will come. */
  refuse(): void {
    for (const { reject } of this.#waiters) reject(linkLost());
  }
}

export function linkLost(): Error {
  return new UserError<DialProblem>({ code: 'linkLost' });
}
