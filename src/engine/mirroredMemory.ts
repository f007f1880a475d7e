import type { Memory } from '../core/session/memory/memory.ts';

export type MemoryEntries = readonly (readonly [key: string, value: unknown])[];

/** A memory whose values another thread keeps. */
export class MirroredMemory implements Memory {
  readonly #values: Map<string, unknown>;
  readonly #write: (key: string, value: unknown) => Promise<void>;

  constructor(entries: MemoryEntries, write: (key: string, value: unknown) => Promise<void>) {
    this.#values = new Map(entries);
    this.#write = write;
  }

  keys(): readonly string[] {
    return [...this.#values.keys()];
  }

  get(key: string): unknown {
    return this.#values.get(key);
  }

  update(key: string, value: unknown): Promise<void> {
    this.take([[key, value]]);
    return this.#write(key, value);
  }

  /** Takes what the other thread has changed; undefined removes. */
  take(entries: MemoryEntries): void {
    for (const [key, value] of entries) {
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, value);
    }
  }
}

/** What a memory has that its mirror lacks: VS Code changes a memory silently when another window does. */
export class MemoryWatch {
  readonly #memory: Memory;
  readonly #known = new Map<string, unknown>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Entries that changed since the last call; at first all of them. */
  news(): MemoryEntries {
    const keys = new Set([...this.#memory.keys(), ...this.#known.keys()]);
    const news = [...keys]
      .map((key) => [key, this.#memory.get(key)] as const)
      .filter(([key, value]) => this.#known.get(key) !== value);
    for (const [key, value] of news) this.#note(key, value);
    return news;
  }

  /** Writes what the mirror has changed. */
  async write(key: string, value: unknown): Promise<void> {
    const written = this.#memory.update(key, value);
    this.#note(key, this.#memory.get(key));
    await written;
  }

  #note(key: string, value: unknown): void {
    if (value === undefined) this.#known.delete(key);
    else this.#known.set(key, value);
  }
}
