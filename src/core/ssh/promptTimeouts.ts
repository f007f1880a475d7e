import type { Prompts } from './prompts.ts';

/** Limits how long machines may take. Stands still while a person is being asked, who may take any time. */
export class PromptTimeouts {
  #remainingMs = 0;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #onTimeout: () => void = () => undefined;
  #people = 0;
  #isRunning = false;

  /** Replaces the running limit, if any. */
  start(limitMs: number, onTimeout: () => void): void {
    this.stop();
    this.#remainingMs = limitMs;
    this.#onTimeout = onTimeout;
    this.#isRunning = true;
    if (this.#people === 0) this.#run();
  }

  /** From now on there is at least this much time; nothing where there is no limit. */
  extend(limitMs: number): void {
    if (!this.#isRunning) return;
    if (this.#people === 0) this.#pause();
    this.#remainingMs = Math.max(this.#remainingMs, limitMs);
    if (this.#people === 0) this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isRunning = false;
  }

  async whilePersonAnswers<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#people++ === 0) this.#pause();
    try {
      return await ask();
    } finally {
      if (--this.#people === 0) this.#run();
    }
  }

  #run(): void {
    if (!this.#isRunning) return;
    this.#startedAt = Date.now();
    this.#timer = setTimeout(() => this.#onTimeout(), this.#remainingMs);
  }

  #pause(): void {
    clearTimeout(this.#timer);
    this.#remainingMs = Math.max(0, this.#remainingMs - (Date.now() - this.#startedAt));
  }
}

/** What a server says may send its reader to a browser or a telephone, while the server waits and says no more. */
const ELSEWHERE_MS = 10 * 60_000;

/** The same prompts, whose answers nobody hurries. */
export function withoutTimeout(prompts: Prompts, timeouts: PromptTimeouts): Prompts {
  return {
    hostKey: (question, signal) => timeouts.whilePersonAnswers(() => prompts.hostKey(question, signal)),
    secret: (question, signal) => timeouts.whilePersonAnswers(() => prompts.secret(question, signal)),
    addToAgent: (question, signal) => timeouts.whilePersonAnswers(() => prompts.addToAgent(question, signal)),
    notice: (host, text) => {
      if (!prompts.notice) return;
      prompts.notice(host, text);
      timeouts.extend(ELSEWHERE_MS);
    },
  };
}
