import { after } from '../../base/delay.ts';
import type { Prompts } from './prompts.ts';

/** A time limit for machines. It pauses while a person answers a prompt, because a person may take any time. */
export class PromptTimeouts {
  #remainingMs = 0;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #onTimeout: () => void = () => undefined;
  #prompts = 0;
  #isRunning = false;

  /** Starts a limit in place of the running one. */
  start(limitMs: number, onTimeout: () => void): void {
    this.stop();
    this.#remainingMs = limitMs;
    this.#onTimeout = onTimeout;
    this.#isRunning = true;
    if (this.#prompts === 0) this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isRunning = false;
  }

  async whilePersonAnswers<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#prompts++ === 0) this.#pause();
    try {
      return await ask();
    } finally {
      if (--this.#prompts === 0) this.#run();
    }
  }

  #run(): void {
    if (!this.#isRunning) return;
    this.#startedAt = Date.now();
    this.#timer = after(this.#remainingMs, () => this.#onTimeout());
  }

  #pause(): void {
    clearTimeout(this.#timer);
    this.#remainingMs = Math.max(0, this.#remainingMs - (Date.now() - this.#startedAt));
  }
}

/** The same prompts, which pause the time limit until the person has answered. */
export function withoutTimeout(prompts: Prompts, timeouts: PromptTimeouts): Prompts {
  return {
    ...prompts,
    hostKey: (question, signal) => timeouts.whilePersonAnswers(() => prompts.hostKey(question, signal)),
    secret: (question, signal) => timeouts.whilePersonAnswers(() => prompts.secret(question, signal)),
    addToAgent: (question, signal) => timeouts.whilePersonAnswers(() => prompts.addToAgent(question, signal)),
  };
}
