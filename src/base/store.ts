/** A value that can be watched. Everything outside `core/session` sees application state only through this. */
export interface Readable<T> {
  get(): T;
  /** Calls back after each change; the result ends it. */
  watch(listener: (value: T) => void): () => void;
}

/** One readonly value, replaced as a whole. A listener's exception is a bug and rises to whoever made the change. */
export class Store<T> implements Readable<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener(value);
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }

  watch(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** Applies a projection of a store now and whenever the projection changes (compared as plain data). */
export function mount<T, P>(source: Readable<T>, project: (value: T) => P, apply: (projection: P) => void): () => void {
  let last: string | undefined;
  const run = (value: T): void => {
    const projection = project(value);
    const text = JSON.stringify(projection);
    if (text === last) return;
    last = text;
    apply(projection);
  };
  run(source.get());
  return source.watch(run);
}
