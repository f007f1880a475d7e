import { abortable } from '../../base/delay.ts';

/** Requests whose caller has gone. Until they are answered and taken back, the server may hold what they asked for. */
export class UnclaimedChannels {
  readonly #jobs = new Set<Promise<void>>();

  /** `takenBack` settles when nothing is left of it, in whatever way. */
  add(takenBack: Promise<unknown>): void {
    const job = takenBack.then(
      () => void this.#jobs.delete(job),
      () => void this.#jobs.delete(job),
    );
    this.#jobs.add(job);
  }

  async gone(signal: AbortSignal): Promise<void> {
    await abortable(Promise.all(this.#jobs), signal);
  }
}
