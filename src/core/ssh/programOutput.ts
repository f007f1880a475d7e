import { after } from '../../base/delay.ts';
import type { Log } from '../../base/log.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import { printable } from './printable.ts';
import type { Prompts } from './prompts.ts';

/** Lines that come within this time are shown together. */
const TOGETHER_MS = 300;
/** A program that says more than this is not talking to a person. */
const LIMIT_CHARACTERS = 8000;
const BUFFER_CHARACTERS = 64 * 1024;

/**
 * What a program tells the person while it connects: a page to open, a device to touch. Passes on whole lines, those of
 * one moment together, and in all no more than a person would read.
 */
export class ProgramOutput {
  readonly #show: (text: string) => void;
  readonly #isForPeople: (line: string) => boolean;
  #text = '';
  #left = LIMIT_CHARACTERS;
  #timer: NodeJS.Timeout | undefined;

  /** @param isForPeople does a line say something to a person? */
  constructor(show: (text: string) => void, isForPeople: (line: string) => boolean = () => true) {
    this.#show = show;
    this.#isForPeople = isForPeople;
  }

  /** Takes output in pieces of any size. */
  read(text: string): void {
    this.#text = (this.#text + text).slice(-BUFFER_CHARACTERS);
    if (this.#left > 0) this.#timer ??= after(TOGETHER_MS, () => this.flush());
  }

  /** Shows what was read so far. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#text.split('\n').filter(this.#isForPeople).map(printable);
    this.#text = '';
    const shown = lines
      .filter((line) => line !== '')
      .join('\n')
      .slice(0, this.#left);
    this.#left -= shown.length;
    if (shown !== '') this.#show(shown);
  }

  /** Drops what was not shown: a program that fails has its last words in the problem. */
  async close(): Promise<void> {
    this.#left = 0;
    clearTimeout(this.#timer);
  }
}

export function tell(text: string, { name }: HostConfig, prompts: Prompts, log: Log): void {
  log.info(text);
  prompts.notice?.(name, text);
}
