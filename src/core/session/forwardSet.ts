import { delay } from '../../base/delay.ts';
import { Queue } from '../../base/queue.ts';
import { UserError } from '../../base/userError.ts';
import type { Program } from '../detect/identify/program.ts';
import type { ListenRemote } from '../forward/dial.ts';
import { sameSpec } from '../spec/sameSpec.ts';
import type { ForwardSpec } from '../spec/spec.ts';
import type { Problem } from '../problem.ts';
import { Forward, type ForwardDeps, type ForwardRequest } from './forward.ts';
import type { ForwardState } from './state.ts';

export interface ForwardSetOptions extends Omit<ForwardDeps, 'onChange' | 'onReleased'> {
  readonly onChange: (forwards: readonly ForwardState[]) => void;
}

/** The forwards of one host. Opening and closing never interleave; what fails is in the state. */
export class ForwardSet {
  readonly #forwards = new Map<string, Forward>();
  readonly #queue = new Queue();
  readonly #options: ForwardSetOptions;
  readonly #closing = new AbortController();
  #nextId = 1;
  #isOn = true;
  #isSampling = false;
  /** What is being opened now: it may wait for the server, and whoever wants it gone does not. */
  #opening: { readonly forward: Forward; readonly stop: AbortController } | undefined;

  constructor(options: ForwardSetOptions) {
    this.#options = options;
  }

  /**
   * Settles when it accepts connections: the one that is there already, if it is the same. On failure the entry stays,
   * saying why, and the `UserError` is thrown.
   */
  add(request: ForwardRequest, signal: AbortSignal): Promise<ForwardState> {
    const forward = this.#same(request.spec) ?? this.#create(request);
    return this.#queue.run(async () => {
      // One that was being removed stays.
      this.#forwards.set(forward.state.id, forward);
      if (!request.isPaused) await this.#start(forward, signal);
      return forward.state;
    });
  }

  /** Ends listener and connections, and forgets the forward. */
  remove(id: string): Promise<void> {
    this.#interrupt(this.#forwards.get(id));
    return this.#do(id, async (forward) => {
      await forward.stop();
      this.#forwards.delete(id);
      this.#publish();
    });
  }

  /** An auto-forward's server has gone: stops accepting, keeps its place. */
  sleep(id: string, server: Program | undefined): Promise<void> {
    return this.#do(id, (forward) => {
      const localPort = forward.lastPort;
      return forward.stop({
        kind: 'dormant',
        ...(localPort !== undefined && { localPort }),
        ...(server && { server }),
      });
    });
  }

  pause(id: string): Promise<void> {
    this.#interrupt(this.#forwards.get(id));
    return this.#do(id, (forward) => forward.stop({ kind: 'paused' }));
  }

  /** Opens again what sleeps, is paused, has expired or failed; the same local port first. */
  resume(id: string, signal: AbortSignal): Promise<void> {
    return this.#do(id, (forward) => this.#start(forward, signal));
  }

  move(id: string, port: number, signal: AbortSignal): Promise<void> {
    return this.#do(id, (forward) => forward.move(port, signal));
  }

  share(id: string, isWanted: boolean, signal: AbortSignal): Promise<void> {
    return this.#do(id, (forward) => forward.share(isWanted, signal));
  }

  protect(id: string, isProtected: boolean, signal: AbortSignal): Promise<void> {
    return this.#do(id, (forward) => forward.protect(isProtected, signal));
  }

  extend(id: string): Promise<void> {
    return this.#do(id, async (forward) => forward.extend());
  }

  relabel(id: string, label: string | undefined): void {
    this.#forwards.get(id)?.relabel(label);
  }

  /** A new link: the remote's end of what is open is asked for again, then that of what could not be opened. */
  async attach(listenRemote: ListenRemote, signal: AbortSignal): Promise<void> {
    const forwards = [...this.#forwards.values()];
    const lacking = forwards.filter(({ needsLink }) => needsLink);
    await Promise.all(forwards.map((forward) => forward.attach(listenRemote, signal)));
    await Promise.allSettled(lacking.map(({ state }) => this.resume(state.id, signal)));
  }

  /** Off stops all listeners and connections; on brings the same ones back. */
  switch(isOn: boolean): Promise<void> {
    this.#isOn = isOn;
    if (!isOn) this.#interrupt(this.#opening?.forward);
    return this.#queue.run(async () => {
      for (const forward of this.#forwards.values()) {
        const { kind } = forward.state.status;
        if (!this.#isOn && (forward.isOpen || kind === 'failed')) await forward.stop({ kind: 'off' });
        if (this.#isOn && kind === 'off') await this.#start(forward, this.#closing.signal).catch(() => undefined);
      }
    });
  }

  /** Ends all of them and forgets them. */
  clear(): Promise<void> {
    this.#interrupt(this.#opening?.forward);
    return this.#queue.run(async () => {
      await Promise.all([...this.#forwards.values()].map((forward) => forward.stop()));
      this.#forwards.clear();
      this.#publish();
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.clear();
  }

  #create(request: ForwardRequest): Forward {
    const id = String(this.#nextId++);
    const forward = new Forward(id, request, {
      ...this.#options,
      onChange: () => this.#publish(),
      // What it fails for is in the state.
      onReleased: () => void this.resume(id, this.#closing.signal).catch(() => undefined),
    });
    this.#forwards.set(id, forward);
    this.#publish();
    return forward;
  }

  /** Where the port is left to the system, every request gets one of its own. */
  #same(spec: ForwardSpec): Forward | undefined {
    if (spec.bind.kind === 'tcp' && spec.bind.port === 0) return undefined;
    return [...this.#forwards.values()].find(({ state }) => sameSpec(state.spec, spec));
  }

  #do(id: string, act: (forward: Forward) => Promise<void>): Promise<void> {
    return this.#queue.run(async () => {
      const forward = this.#forwards.get(id);
      if (forward) await act(forward);
    });
  }

  async #start(forward: Forward, signal: AbortSignal): Promise<void> {
    if (!this.#isOn) return forward.stop({ kind: 'off' });
    const opening = { forward, stop: new AbortController() };
    this.#opening = opening;
    try {
      await forward.start(AbortSignal.any([signal, this.#closing.signal, opening.stop.signal]));
    } catch (error) {
      if (opening.stop.signal.aborted && !this.#isOn) return await forward.stop({ kind: 'off' });
      throw error;
    } finally {
      this.#opening = undefined;
    }
    void this.#sample();
  }

  #interrupt(forward: Forward | undefined): void {
    if (forward && this.#opening?.forward === forward) {
      this.#opening.stop.abort(new UserError<Problem>({ code: 'cancelled' }));
    }
  }

  /** Looks at counters and clocks once a second while anything is open, so that the state shows them. */
  async #sample(): Promise<void> {
    if (this.#isSampling) return;
    this.#isSampling = true;
    const { signal } = this.#closing;
    while (!signal.aborted && [...this.#forwards.values()].some(({ isOpen }) => isOpen)) {
      await delay(1000, signal).catch(() => undefined);
      for (const [id, forward] of this.#forwards) {
        if (forward.refresh()) await this.#do(id, (expired) => expired.expire(signal)).catch(() => undefined);
      }
    }
    this.#isSampling = false;
  }

  #publish(): void {
    this.#options.onChange([...this.#forwards.values()].map(({ state }) => state));
  }
}
