import { abortable } from '../../base/delay.ts';

/**
 * Requests that the caller gave up. Until the server has answered and the request is undone, the server may hold what
 * it was asked for, so a new request waits.
 */
export class PendingCancellations {
  readonly #jobs = new Set<Promise<void>>();

  /** @param undone settles, either way, when the server holds nothing of the request any more */
  add(undone: Promise<unknown>): void {
    const job = undone.then(
      () => void this.#jobs.delete(job),
      () => void this.#jobs.delete(job),
    );
    this.#jobs.add(job);
  }

  /** Settles when all requests of this moment are undone. Rejects with the signal's reason. */
  async settled(signal: AbortSignal): Promise<void> {
    await abortable(Promise.all(this.#jobs), signal);
  }
}
