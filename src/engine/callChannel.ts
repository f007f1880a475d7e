import { UserError, errorText } from '../base/userError.ts';

/** One end of a channel between two threads: a `MessagePort` or a `Worker`. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** Calls that one side offers the other. Arguments and results survive `structuredClone`; a signal is the last argument. */
export type Calls<T> = { readonly [K in keyof T]: (...args: never[]) => Promise<unknown> };

/** An error as plain data. `aborted`: the caller throws the reason of its own signal. */
type Failure =
  | { readonly kind: 'problem'; readonly problem: { readonly code: string } }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'bug'; readonly name: string; readonly message: string; readonly stack?: string };

type Message =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly name: string;
      readonly args: readonly unknown[];
      readonly hasSignal: boolean;
    }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: Failure };

type Served = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
  readonly stop: () => void;
}

/**
 * Calls between two threads, in both directions. An abort reaches the other side. A call settles when the other side has
 * settled it.
 */
export class CallChannel<Remote extends Calls<Remote>> {
  /** The calls that the other side offers. */
  readonly remote: Remote;
  readonly #port: Port;
  readonly #served: Served;
  readonly #beforeAnswer: () => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #running = new Map<number, AbortController>();
  #lastId = 0;
  #ended: Error | undefined;

  /**
   * @param served the calls that this side offers
   * @param beforeAnswer runs before each answer, to send first what the answer builds on
   */
  constructor(port: Port, served: object, beforeAnswer: () => void = () => undefined) {
    this.#port = port;
    this.#served = served as Served;
    this.#beforeAnswer = beforeAnswer;
    this.remote = new Proxy({} as Remote, {
      get: (_, name) => (typeof name === 'string' && name !== 'then' ? this.#caller(name) : undefined),
    });
    port.on('message', (message) => this.#take(message as Message));
  }

  /** The other side is gone: aborts its calls, and fails calls to it. */
  end(why: Error): void {
    this.#ended = why;
    for (const { reject, stop } of this.#waiting.values()) {
      stop();
      reject(why);
    }
    this.#waiting.clear();
    for (const controller of this.#running.values()) controller.abort(why);
  }

  #caller(name: string): (...args: readonly unknown[]) => Promise<unknown> {
    return (...all) =>
      new Promise((resolve, reject) => {
        const last = all.at(-1);
        const signal = last instanceof AbortSignal ? last : undefined;
        if (this.#ended || signal?.aborted) {
          reject(this.#ended ?? (signal?.reason as Error));
          return;
        }
        const id = ++this.#lastId;
        const onAbort = (): void => this.#post({ kind: 'abort', id });
        signal?.addEventListener('abort', onAbort, { once: true });
        const stop = (): void => signal?.removeEventListener('abort', onAbort);
        this.#waiting.set(id, { resolve, reject, signal, stop });
        const args = signal ? all.slice(0, -1) : all;
        try {
          this.#post({ kind: 'call', id, name, args, hasSignal: signal !== undefined });
        } catch (error) {
          this.#settle(id)?.reject(error); // an argument that cannot be cloned
        }
      });
  }

  #take(message: Message): void {
    switch (message.kind) {
      case 'call':
        void this.#run(message);
        return;
      case 'abort':
        this.#running.get(message.id)?.abort();
        return;
      case 'answer':
        this.#settle(message.id)?.resolve(message.value);
        return;
      case 'failure': {
        const waiting = this.#settle(message.id);
        waiting?.reject(errorOf(message.failure, waiting.signal));
      }
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.stop();
    return waiting;
  }

  async #run({ id, name, args, hasSignal }: Extract<Message, { readonly kind: 'call' }>): Promise<void> {
    const own = new AbortController();
    this.#running.set(id, own);
    try {
      const call = this.#served[name];
      if (!call) throw new Error(`no call of the name ${name}`);
      const value = await call(...args, ...(hasSignal ? [own.signal] : []));
      this.#beforeAnswer();
      this.#post({ kind: 'answer', id, value });
    } catch (error) {
      this.#beforeAnswer();
      this.#fail(id, failureOf(error, own.signal));
    } finally {
      this.#running.delete(id);
    }
  }

  #fail(id: number, failure: Failure): void {
    try {
      this.#post({ kind: 'failure', id, failure });
    } catch (error) {
      // The problem cannot be cloned. The caller must not wait for it.
      this.#post({ kind: 'failure', id, failure: { kind: 'bug', name: 'Error', message: errorText(error) } });
    }
  }

  #post(message: Message): void {
    if (!this.#ended) this.#port.postMessage(message);
  }
}

function failureOf(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted && error === signal.reason) return { kind: 'aborted' };
  if (error instanceof UserError) return { kind: 'problem', problem: error.problem };
  if (!(error instanceof Error)) return { kind: 'bug', name: 'Error', message: errorText(error) };
  const { name, message, stack } = error;
  return { kind: 'bug', name, message, ...(stack !== undefined && { stack }) };
}

function errorOf(failure: Failure, signal: AbortSignal | undefined): unknown {
  switch (failure.kind) {
    case 'aborted':
      return signal?.reason;
    case 'problem':
      return new UserError(failure.problem);
    case 'bug': {
      const { name, message, stack } = failure;
      return Object.assign(new Error(message), { name }, stack !== undefined && { stack });
    }
  }
}
