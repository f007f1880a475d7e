import { backoffMs } from '../../base/backoff.ts';
import { delay } from '../../base/delay.ts';
import type { Log } from '../../base/log.ts';
import { Queue } from '../../base/queue.ts';
import type { BoundAddress, OpenForward } from '../forward/forward.ts';
import type { ListenRemote } from '../forward/dial.ts';
import type { RemoteForward } from '../forward/remote.ts';
import type { ForwardSpec } from '../forward/spec.ts';
import { type Problem, problemOf } from '../problem.ts';
import { localPortCandidates, localPortProblem, withLocalPort } from './localPort.ts';
import type { ForwardState, ForwardStatus } from './state.ts';

export interface ForwardRequest {
  readonly spec: ForwardSpec;
  readonly origin: ForwardState['origin'];
  readonly label?: string;
  readonly remotePort?: number;
  /** `exact`: this local port or an error. `near`: another one if need be, and the state says so. */
  readonly localPort: 'exact' | 'near';
}

/** Opens what a specification says. `onTrouble` tells how the latest connection fared: undefined when it was fine. */
export type OpenSpec = (
  spec: ForwardSpec,
  onTrouble: (trouble: Problem | undefined) => void,
  signal: AbortSignal,
) => Promise<OpenForward | RemoteForward>;

const attachRetry = { minMs: 500, maxMs: 15_000 } as const;

interface Entry {
  request: ForwardRequest;
  state: ForwardState;
  open?: OpenForward | RemoteForward;
  /** The local port it had, to be had again. */
  lastPort?: number;
  instead?: { readonly port: number; readonly why: Problem };
  trouble?: Problem;
}

/** The forwards of one host: what is wanted, kept apart from what is open. Opening and closing never interleave. */
export class ForwardSet {
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new Queue();
  readonly #open: OpenSpec;
  readonly #log: Log;
  readonly #onChange: (forwards: readonly ForwardState[]) => void;
  readonly #lastPorts = new Map<number, number>();
  readonly #closing = new AbortController();
  #nextId = 1;
  #isOn = true;
  #isSampling = false;

  constructor(open: OpenSpec, log: Log, onChange: (forwards: readonly ForwardState[]) => void) {
    this.#open = open;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Settles when it accepts connections. On failure the entry stays, saying why, and the `UserError` is thrown. */
  add(request: ForwardRequest, signal: AbortSignal): Promise<ForwardState> {
    const id = String(this.#nextId++);
    const lastPort = request.remotePort === undefined ? undefined : this.#lastPorts.get(request.remotePort);
    const { spec, origin, label, remotePort } = request;
    const state: ForwardState = {
      id,
      spec,
      origin,
      ...(label !== undefined && { label }),
      ...(remotePort !== undefined && { remotePort }),
      status: { kind: 'opening' },
    };
    const entry: Entry = { request, state, ...(lastPort !== undefined && { lastPort }) };
    this.#entries.set(id, entry);
    return this.#queue.run(async () => {
      if (this.#isOn) await this.#start(entry, signal);
      else this.#set(entry, { kind: 'off' });
      return entry.state;
    });
  }

  /** Ends listener and connections and forgets the forward. Its local port stays remembered for the same remote port. */
  remove(id: string): Promise<void> {
    return this.#queue.run(async () => {
      const entry = this.#entries.get(id);
      if (!entry) return;
      await this.#stop(entry);
      this.#entries.delete(id);
      this.#publish();
    });
  }

  /** An auto-forward's server has gone: stops accepting, keeps its place. */
  sleep(id: string): Promise<void> {
    return this.#queue.run(async () => {
      const entry = this.#entries.get(id);
      if (!entry) return;
      await this.#stop(entry);
      this.#set(entry, { kind: 'dormant', ...(entry.lastPort !== undefined && { localPort: entry.lastPort }) });
    });
  }

  /** Opens again what sleeps, is off or has failed; the same local port first. */
  retry(id: string, signal: AbortSignal): Promise<ForwardState | undefined> {
    return this.#queue.run(async () => {
      const entry = this.#entries.get(id);
      if (!entry || entry.open || !this.#isOn) return entry?.state;
      await this.#start(entry, signal);
      return entry.state;
    });
  }

  /** Answers at another local port from now on; if that is not to be had, at the old one again, and throws. */
  move(id: string, port: number, signal: AbortSignal): Promise<void> {
    return this.#queue.run(async () => {
      const entry = this.#entries.get(id);
      if (!entry) return;
      const before = entry.request;
      const spec = withLocalPort(before.spec, port);
      entry.request = { ...before, spec, localPort: 'exact' };
      entry.state = { ...entry.state, spec };
      await this.#stop(entry);
      if (!this.#isOn) return;
      try {
        await this.#start(entry, signal);
      } catch (error) {
        entry.request = before;
        entry.state = { ...entry.state, spec: before.spec };
        await this.#start(entry, signal).catch(() => undefined);
        throw error;
      }
    });
  }

  relabel(id: string, label: string | undefined): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const { label: _, ...rest } = entry.state;
    entry.state = { ...rest, ...(label !== undefined && { label }) };
    this.#publish();
  }

  /** A new link: remote forwards are asked for again, and once more while the session that was lost may hold the port. */
  async attach(listenRemote: ListenRemote, signal: AbortSignal): Promise<void> {
    await Promise.all(
      [...this.#entries.values()].map(async (entry) => {
        if (entry.open && 'attach' in entry.open) await this.#attach(entry, entry.open, listenRemote, signal);
      }),
    );
  }

  async #attach(entry: Entry, open: RemoteForward, listenRemote: ListenRemote, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted && entry.open === open; attempt++) {
      await delay(backoffMs(attempt, attachRetry), signal).catch(() => undefined);
      try {
        await open.attach(listenRemote, signal);
        delete entry.trouble;
      } catch (error) {
        if (signal.aborted) return;
        entry.trouble = problemOf(error);
        this.#log.warn(`remote forward not open yet: ${entry.trouble.code}`);
      }
      this.#refresh(entry);
      if (!entry.trouble) return;
    }
  }

  /** Off stops all listeners and connections; on brings the same ones back. Failures end up in the state. */
  switch(isOn: boolean): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#isOn === isOn) return;
      this.#isOn = isOn;
      for (const entry of this.#entries.values()) {
        if (isOn && entry.state.status.kind === 'off')
          await this.#start(entry, this.#closing.signal).catch(() => undefined);
        else if (!isOn && entry.open) {
          await this.#stop(entry);
          this.#set(entry, { kind: 'off' });
        }
      }
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#queue.run(async () => {
      await Promise.all([...this.#entries.values()].map((entry) => this.#stop(entry)));
      this.#entries.clear();
    });
  }

  async #start(entry: Entry, signal: AbortSignal): Promise<void> {
    this.#set(entry, { kind: 'opening' });
    try {
      entry.open = await this.#openNear(entry, AbortSignal.any([signal, this.#closing.signal]));
    } catch (error) {
      this.#set(entry, { kind: 'failed', why: problemOf(error) });
      throw error;
    }
    const port = firstPort(entry.open.bound);
    if (port !== undefined) {
      entry.lastPort = port;
      if (entry.request.remotePort !== undefined) this.#lastPorts.set(entry.request.remotePort, port);
    }
    this.#set(entry, this.#listening(entry, entry.open));
    void this.#sample();
  }

  /** Tries the candidates in turn; only a port that is not to be had leads to the next. */
  async #openNear(entry: Entry, signal: AbortSignal): Promise<OpenForward | RemoteForward> {
    const { spec, localPort } = entry.request;
    const onTrouble = (trouble: Problem | undefined): void => {
      if (trouble) this.#log.warn(`connection failed: ${JSON.stringify(trouble)}`);
      if (trouble) entry.trouble = trouble;
      else delete entry.trouble;
      this.#refresh(entry);
    };
    delete entry.instead;
    const wanted = wantedLocalPort(spec);
    if (wanted === undefined || localPort === 'exact') return this.#open(spec, onTrouble, signal);
    let last: unknown;
    for (const port of localPortCandidates(wanted, entry.lastPort)) {
      try {
        return await this.#open(withLocalPort(spec, port), onTrouble, signal);
      } catch (error) {
        last = error;
        const why = localPortProblem(error);
        if (!why) throw error;
        if (port === wanted) entry.instead = { port, why };
      }
    }
    throw last;
  }

  async #stop(entry: Entry): Promise<void> {
    const { open } = entry;
    delete entry.open;
    delete entry.trouble;
    await open?.close();
  }

  /** Looks at the counters once a second while anything is open, so that the state shows them. */
  async #sample(): Promise<void> {
    if (this.#isSampling) return;
    this.#isSampling = true;
    while (!this.#closing.signal.aborted && [...this.#entries.values()].some(({ open }) => open)) {
      await delay(1000, this.#closing.signal).catch(() => undefined);
      for (const entry of this.#entries.values()) this.#refresh(entry);
    }
    this.#isSampling = false;
  }

  #listening(entry: Entry, open: OpenForward): ForwardStatus {
    const { instead, trouble } = entry;
    return {
      kind: 'listening',
      bound: open.bound,
      traffic: open.traffic(),
      ...(instead && { instead }),
      ...(trouble && { trouble }),
    };
  }

  #refresh(entry: Entry): void {
    if (entry.open && entry.state.status.kind === 'listening') this.#set(entry, this.#listening(entry, entry.open));
  }

  #set(entry: Entry, status: ForwardStatus): void {
    if (JSON.stringify(entry.state.status) === JSON.stringify(status)) return;
    entry.state = { ...entry.state, status };
    this.#publish();
  }

  #publish(): void {
    this.#onChange([...this.#entries.values()].map(({ state }) => state));
  }
}

function firstPort(bound: readonly BoundAddress[]): number | undefined {
  return bound.find((address) => address.kind === 'tcp')?.port;
}

/** The local port that a specification names, if it listens on this machine at a port of its own choice. */
function wantedLocalPort({ kind, bind }: ForwardSpec): number | undefined {
  if ((kind !== 'local' && kind !== 'dynamic') || bind.kind !== 'tcp' || bind.port === 0) return undefined;
  return bind.port;
}
