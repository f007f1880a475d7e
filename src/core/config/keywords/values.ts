import type { Place } from '../badValue.ts';
import type { ConfigForward } from './forwards.ts';

/** The value of a keyword, in the form that `ssh -G` prints, and the place of its line. */
export interface Setting {
  readonly words: readonly string[];
  readonly place: Place;
}

/** The values that the files have set so far. */
export class Values {
  readonly #settings = new Map<string, Setting>();
  readonly #seen = new Set<string>();
  #forwards: readonly ConfigForward[] = [];

  get forwards(): readonly ConfigForward[] {
    return this.#forwards;
  }

  get settings(): ReadonlyMap<string, Setting> {
    return this.#settings;
  }

  get(key: string): string | undefined {
    return this.#settings.get(key)?.words[0];
  }

  has(key: string): boolean {
    return this.#settings.has(key);
  }

  setFirst(key: string, words: readonly string[], place: Place): void {
    if (!this.#settings.has(key)) this.replace(key, words, place);
  }

  replace(key: string, words: readonly string[], place: Place): void {
    this.#settings.set(key, { words, place });
  }

  append(key: string, words: readonly string[], place: Place): void {
    const before = this.#settings.get(key);
    this.replace(key, [...(before?.words ?? []), ...words], before?.place ?? place);
  }

  keep(key: string, isKept: (word: string) => boolean): void {
    const before = this.#settings.get(key);
    if (before) this.replace(key, before.words.filter(isKept), before.place);
  }

  /** Appends the word unless the keyword already has it from the same kind of file. */
  appendNew(key: string, word: string, place: Place, origin: string): void {
    const seen = `${key} ${origin} ${word}`;
    if (this.#seen.has(seen)) return;
    this.#seen.add(seen);
    this.append(key, [word], place);
  }

  addForward(forward: ConfigForward): void {
    const same = JSON.stringify({ ...forward, place: undefined });
    if (this.#seen.has(same)) return;
    this.#seen.add(same);
    this.#forwards = [...this.#forwards, forward];
  }
}
