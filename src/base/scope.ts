/** Cleanup steps, run in reverse order. Defer the cleanup on the line after the creation. */
export class Scope {
  readonly #steps: (() => unknown)[] = [];
  #closing: Promise<void> | undefined;

  /** Runs `step` when the scope closes. In a closed scope `step` runs at once, so nothing created late can leak. */
  defer(step: () => unknown): void {
    if (this.#closing) this.#closing = this.#closing.then(step).then(() => undefined);
    else this.#steps.push(step);
  }

  /** Closes `thing` with the scope and returns it. */
  add<T extends { close(): unknown }>(thing: T): T {
    this.defer(() => thing.close());
    return thing;
  }

  /** May be called twice: the second call waits for the first. All steps run, then the first failure is thrown. */
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
