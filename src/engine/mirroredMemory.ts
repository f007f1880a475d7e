import type { Memory } from '../core/session/memory/memory.ts';

export type MemoryEntries = readonly (readonly [key: string, value: unknown])[];

/** A copy, in the engine's thread, of a memory that the editor's thread keeps. Writes go through to it. */
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

  /** Applies changes of the other thread; undefined removes an entry. */
  take(entries: MemoryEntries): void {
    for (const [key, value] of entries) {
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, value);
    }
  }
}

/** How many written values of one key VS Code may still report back. */
const maxEchoes = 20;

/**
 * Finds the changes of a memory that its mirror lacks. When another window writes, VS Code changes the memory without an
 * event.
 *
 * RACE: VS Code also reports each value back that this window wrote, perhaps after this window wrote a newer one. Such an
 * echo is no news.
 */
export class MemoryWatch {
  readonly #memory: Memory;
  readonly #known = new Map<string, { readonly value: unknown; readonly text: string }>();
  /** By key: the latest values that this window wrote, as text. */
  readonly #written = new Map<string, readonly string[]>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Entries that another window has changed since the last call. The first call gives all entries. */
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

  /** Writes a change of the mirror. */
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
