import { delay } from '../base/delay.ts';
import type { Readable } from '../base/store.ts';
import type { AppState } from '../core/session/state.ts';
import { type Change, changeOf } from './change.ts';

/** Changes within this time become one message. */
const togetherMs = 30;

/** Sends the changes of the state to the other thread. A busy receiver gets fewer and larger messages. */
export class StatePublisher {
  readonly #state: Readable<AppState>;
  readonly #tell: (change: Change) => Promise<void>;
  #told: AppState;
  #isWaiting = false;

  /** @param told the receiver's present state. @param tell settles when the receiver has applied the change */
  constructor(state: Readable<AppState>, told: AppState, tell: (change: Change) => Promise<void>) {
    this.#state = state;
    this.#told = told;
    this.#tell = tell;
    state.watch(() => void this.#tellSoon());
  }

  /** Sends pending changes now. */
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
    await this.#tell(change).catch(() => undefined); // the receiver is gone, so this thread ends soon
  }
}
