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

/** How many values of one key that were written here may still come back. */
const maxEchoes = 20;

/**
 * What a memory has that its mirror lacks: VS Code changes a memory silently when another window does.
 *
 * RACE: VS Code also gives every value back that was written here, and by then a newer one may have been written. What was
 * written here is no news.
 */
export class MemoryWatch {
  readonly #memory: Memory;
  readonly #known = new Map<string, { readonly value: unknown; readonly text: string }>();
  /** By key, as text: the latest values that were written here. */
  readonly #written = new Map<string, readonly string[]>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Entries that another window has changed since the last call; at first all of them. */
  news(): MemoryEntries {
    const keys = new Set([...this.#memory.keys(), ...this.#known.keys()]);
    return [...keys].flatMap((key) => {
      const value = this.#memory.get(key);
      const known = this.#known.get(key);
      if (known && known.value === value) return [];
      const text = textOf(value);
      this.#known.set(key, { value, text });
      const isNews = known?.text !== text && !this.#written.get(key)?.includes(text);
      return isNews ? [[key, value] as const] : [];
    });
  }

  /** Writes what the mirror has changed. */
  async write(key: string, value: unknown): Promise<void> {
    const text = textOf(value);
    this.#written.set(key, [...(this.#written.get(key) ?? []), text].slice(-maxEchoes));
    this.#known.set(key, { value, text });
    await this.#memory.update(key, value);
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
