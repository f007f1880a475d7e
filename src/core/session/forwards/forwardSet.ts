import { delay } from '../../../base/delay.ts';
import { Queue } from '../../../base/queue.ts';
import { UserError } from '../../../base/userError.ts';
import type { Program } from '../../detect/identify/program.ts';
import type { ListenRemote } from '../../forward/dial.ts';
import { sameAddress, sameSpec } from '../../spec/sameSpec.ts';
import type { ForwardSpec } from '../../spec/spec.ts';
import type { Problem } from '../../problem.ts';
import { Forward, type ForwardDeps } from './forward.ts';
import { changedForwards } from './forwardLife.ts';
import type { ForwardRequest } from './forwardRequests.ts';
import type { ForwardState } from '../state.ts';

export interface ForwardSetOptions extends Omit<ForwardDeps, 'onChange' | 'onReleased'> {
  /** The states that people see now. The application's state is the only place that keeps them. */
  readonly published: () => readonly ForwardState[];
  readonly onChange: (forwards: readonly ForwardState[]) => void;
}

/** The forwards of one host, and the queue that keeps their actions from overlapping. */
export class ForwardSet {
  readonly #forwards = new Map<string, Forward>();
  readonly #queue = new Queue();
  readonly #options: ForwardSetOptions;
  readonly #closing = new AbortController();
  #nextId = 1;
  #isOn = true;
  #isSampling = false;
  /** The forward that is opening now. It may wait for the server, so removing it interrupts it. */
  #opening: { readonly forward: Forward; readonly stop: AbortController } | undefined;

  constructor(options: ForwardSetOptions) {
    this.#options = options;
  }

  /**
   * Settles when the forward accepts connections; an equal forward that exists already is used. A forward that fails
   * stays in the list, and its state says why.
   *
   * @throws UserError<Problem>
   */
  add(request: ForwardRequest, signal: AbortSignal): Promise<ForwardState> {
    const [id, forward] = this.#same(request.spec) ?? this.#create(request);
    return this.#queue.run(async () => {
      // RACE: a removal that was queued before this job has taken the forward out of the list.
      this.#forwards.set(id, forward);
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

  /** Takes a dormant forward out of the list at once: it holds nothing, so it waits for no other action. */
  forgetDormant(id: string): void {
    if (this.#forwards.get(id)?.state.status.kind !== 'dormant') return;
    this.#forwards.delete(id);
    this.#publish();
  }

  /** The program behind an auto-forward has gone: the forward stops listening and stays in the list. */
  sleep(id: string, program: Program | undefined): Promise<void> {
    return this.#do(id, (forward) => forward.sleep(program));
  }

  pause(id: string): Promise<void> {
    this.#interrupt(this.#forwards.get(id));
    return this.#do(id, (forward) => forward.stop({ kind: 'paused' }));
  }

  /** Opens a forward that is dormant, paused, expired or failed; the same local port first. */
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

  serveHttps(id: string, isWanted: boolean, signal: AbortSignal): Promise<void> {
    return this.#do(id, (forward) => forward.serveHttps(isWanted, signal));
  }

  extend(id: string): Promise<void> {
    return this.#do(id, async (forward) => forward.extend());
  }

  relabel(id: string, label: string | undefined): void {
    this.#forwards.get(id)?.relabel(label);
  }

  /**
   * On a new connection: asks the server again for every open remote forward, then retries those that failed.
   *
   * RACE: the server may refuse an open forward at first, while it ends the lost session. A failed forward must not take
   * the port or socket meanwhile.
   */
  async attach(listenRemote: ListenRemote, signal: AbortSignal): Promise<void> {
    const forwards = [...this.#forwards];
    const open = forwards.filter(([, { isHeld }]) => isHeld).map(([, { state }]) => state.spec);
    const lacking = forwards.filter(
      ([, { needsConnection, state }]) => needsConnection && !open.some((spec) => hasSameRemoteEnd(spec, state.spec)),
    );
    await Promise.all(forwards.map(([, forward]) => forward.attach(listenRemote, signal)));
    await Promise.allSettled(lacking.map(([id]) => this.resume(id, signal)));
  }

  /** Off stops all listeners and connections; on brings the same ones back. */
  switch(isOn: boolean): Promise<void> {
    this.#isOn = isOn;
    if (!isOn) this.#interrupt(this.#opening?.forward);
    return this.#queue.run(async () => {
      for (const forward of this.#forwards.values()) {
        const { kind } = forward.state.status;
        if (!this.#isOn && (forward.isHeld || kind === 'failed')) await forward.stop({ kind: 'off' });
        if (this.#isOn && kind === 'off') await this.#start(forward, this.#closing.signal).catch(() => undefined);
      }
    });
  }

  /** Ends all forwards and forgets them. */
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

  #create(request: ForwardRequest): readonly [id: string, Forward] {
    const id = String(this.#nextId++);
    const forward = new Forward(id, request, {
      ...this.#options,
      onChange: () => this.#publish(),
      // If it fails, the state says why.
      onReleased: () => void this.resume(id, this.#closing.signal).catch(() => undefined),
    });
    this.#forwards.set(id, forward);
    this.#publish();
    return [id, forward];
  }

  /** Where the system chooses the port, every request gets a port of its own. */
  #same(spec: ForwardSpec): readonly [id: string, Forward] | undefined {
    if (spec.bind.kind === 'tcp' && spec.bind.port === 0) return undefined;
    return [...this.#forwards].find(([, { state }]) => sameSpec(state.spec, spec));
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
  }

  #interrupt(forward: Forward | undefined): void {
    if (forward && this.#opening?.forward === forward) {
      this.#opening.stop.abort(new UserError<Problem>({ code: 'cancelled' }));
    }
  }

  /** Publishes counters and clocks once a second while a forward is open, and ends those whose time is over. */
  async #sample(): Promise<void> {
    if (this.#isSampling) return;
    this.#isSampling = true;
    const { signal } = this.#closing;
    while (!signal.aborted && [...this.#forwards.values()].some(({ isHeld }) => isHeld)) {
      await delay(1000, signal).catch(() => undefined);
      this.#publish();
      for (const [id, forward] of this.#forwards) {
        if (forward.isExpired) await this.#do(id, (expired) => expired.expire(signal)).catch(() => undefined);
      }
    }
    this.#isSampling = false;
  }

  #publish(): void {
    const before = this.#options.published();
    const after = changedForwards(
      before,
      [...this.#forwards.values()].map(({ state }) => state),
    );
    if (after !== before) this.#options.onChange(after);
    void this.#sample();
  }
}

/** Both listen at the same port or socket of the remote. */
function hasSameRemoteEnd(a: ForwardSpec, b: ForwardSpec): boolean {
  const isRemote = [a, b].every(({ kind }) => kind === 'remote' || kind === 'remoteDynamic');
  return isRemote && sameAddress(a.bind, b.bind) && !(a.bind.kind === 'tcp' && a.bind.port === 0);
}
