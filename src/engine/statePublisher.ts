import { delay } from '../base/delay.ts';
import type { Readable } from '../base/store.ts';
import type { AppState } from '../core/session/state.ts';
import { type Change, changeOf } from './change.ts';

/** Changes that follow each other faster than this go over together. */
const togetherMs = 30;

/** Tells the other side how the state changes. A side that is busy gets fewer and larger changes. */
export class StatePublisher {
  readonly #state: Readable<AppState>;
  readonly #tell: (change: Change) => Promise<void>;
  #told: AppState;
  #isWaiting = false;

  /** @param told what the other side has. @param tell settles when the other side has taken the change */
  constructor(state: Readable<AppState>, told: AppState, tell: (change: Change) => Promise<void>) {
    this.#state = state;
    this.#told = told;
    this.#tell = tell;
    state.watch(() => void this.#tellSoon());
  }

  /** Tells at once what is not told yet. */
  flush(): void {
    void this.#send();
  }

  async #tellSoon(): Promise<void> {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    await delay(togetherMs);
    await this.#send();
    this.#isWaiting = false;
    if (this.#told !== this.#state.get()) void this.#tellSoon();
  }

  async #send(): Promise<void> {
    const now = this.#state.get();
    if (now === this.#told) return;
    const change = changeOf(this.#told, now);
    this.#told = now;
    await this.#tell(change).catch(() => undefined); // the other side is gone, and so will this one be
  }
}
