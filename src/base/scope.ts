/** What has to be undone, undone in reverse order. Whoever creates a thing defers its end on the very next line. */
export class Scope {
  readonly #steps: (() => unknown)[] = [];
  #closing: Promise<void> | undefined;

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** Runs `step` when the scope closes; at once if it is closed already, so that nothing created late can leak. */
  defer(step: () => unknown): void {
    if (this.#closing) this.#closing = this.#closing.then(step).then(() => undefined);
    else this.#steps.push(step);
  }

  /** Returns what it was given, so that `scope.add(thing)` can stand in an expression. */
  add<T extends { close(): unknown }>(thing: T): T {
    this.defer(() => thing.close());
    return thing;
  }

  /** Safe to call twice: the second call waits for the first. All steps run; the first failure is thrown at the end. */
  close(): Promise<void> {
    this.#closing ??= this.#run();
    return this.#closing;
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
