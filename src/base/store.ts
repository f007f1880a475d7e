/** A value that can be watched. Code outside `core/session` sees application state only through this interface. */
export interface Readable<T> {
  get(): T;
  /** Calls `listener` after each change. Call the result to stop watching. */
  watch(listener: (value: T) => void): () => void;
}

/** One readonly value, replaced as a whole. An exception of a listener is a bug and reaches the caller of `set`. */
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

/** Calls `apply` with a projection of a store now, and on each change of the projection (compared as plain data). */
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
