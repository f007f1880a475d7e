import { backoffMs } from '../../base/backoff.ts';
import { delay } from '../../base/delay.ts';
import type { ListenRemote, ListenRemoteProblem } from '../forward/dial.ts';
import type { ListenProblem, RunningForward } from '../forward/runningForward.ts';
import { isWide, onAllInterfaces } from '../spec/bindScope.ts';
import type { RemoteForward } from '../forward/remote.ts';
import type { ForwardSpec } from '../spec/spec.ts';
import { type Problem, problemOf } from '../problem.ts';
import { localPortCandidates, localPortProblem, wantedLocalPort, withLocalPort } from './localPort.ts';
import type { ForwardState, ForwardStatus } from './state.ts';
import type { OtherWindow } from './windows.ts';

export interface ForwardRequest {
  readonly spec: ForwardSpec;
  readonly origin: ForwardState['origin'];
  readonly label?: string;
  readonly remotePort?: number;
  /** `exact`: this local port or an error. `near`: another one if need be, and the state says so. */
  readonly localPort: 'exact' | 'near';
  /** The local port it had before, to be had again. */
  readonly lastPort?: number;
  readonly isPaused?: boolean;
  /** Opened to the network by hand. */
  readonly isSharedByHand?: boolean;
  /** A SOCKS proxy that asks for a user name and a password. */
  readonly isProtected?: boolean;
  /** The scheme that a rule of the user's wants. */
  readonly protocol?: 'http' | 'https';
}

/** Opens what is asked for. `onTrouble` tells how the latest connection fared: undefined when it was fine. */
export type OpenSpec = (
  request: Pick<ForwardRequest, 'spec' | 'isProtected'>,
  onTrouble: (trouble: Problem | undefined) => void,
  signal: AbortSignal,
) => Promise<RunningForward | RemoteForward>;

export interface ForwardDeps {
  readonly open: OpenSpec;
  readonly onChange: () => void;
  /**
   * The window that has this forward. At a local port: if the process that has the port is one. Without: any that has
   * it at its port of the remote.
   */
  readonly findWindow: (
    pid: number | undefined,
    spec: ForwardSpec,
    port: number | undefined,
  ) => Promise<OtherWindow | undefined>;
  /** It may be had now: the other window has given it up. */
  readonly onReleased: () => void;
  /** How long a forward stays open to more than this machine; 0 for ever. */
  readonly shareMs: () => number;
}

/** The system closes the files of a killed process one after the other: its port may be the last of them. */
const releasedTries = 40;
const releasedRetryMs = 50;
const attachRetry = { minMs: 500, maxMs: 15_000 } as const;

/** One wanted forward and what became of it. Its owner sees to it that opening and closing never interleave. */
export class Forward {
  readonly #deps: ForwardDeps;
  #request: ForwardRequest;
  #state: ForwardState;
  #open: RunningForward | RemoteForward | undefined;
  #elsewhere: OtherWindow | undefined;
  /** The local port that another window has just given up; 0 for one of the remote. */
  #released: number | undefined;
  #lastPort: number | undefined;
  #instead: { readonly port: number; readonly why: Problem } | undefined;
  #trouble: Problem | undefined;
  #sharedUntil: number | undefined;

  constructor(id: string, request: ForwardRequest, deps: ForwardDeps) {
    this.#deps = deps;
    this.#request = request;
    this.#lastPort = request.lastPort;
    this.#state = stateOf(id, request, request.isPaused ? { kind: 'paused' } : { kind: 'opening' });
  }

  get state(): ForwardState {
    return this.#state;
  }

  get isOpen(): boolean {
    return this.#open !== undefined || this.#elsewhere !== undefined;
  }

  /** It could not even be asked for without a link, or another session had its port: the next link may get it. */
  get needsLink(): boolean {
    const { status } = this.#state;
    return status.kind === 'failed' && ['linkLost', 'remoteBindRefused'].includes(status.why.code);
  }

  get lastPort(): number | undefined {
    return this.#lastPort;
  }

  /** Settles when it accepts connections, here or in another window. On failure the state says why, and the `UserError` is thrown. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.isOpen) return;
    this.#set({ kind: 'opening' });
    try {
      this.#open = await this.#openNear(signal);
    } catch (error) {
      this.#set({ kind: 'failed', why: problemOf(error) });
      throw error;
    }
    if (!this.#open) return;
    this.#lastPort = this.#open.bound.find((bound) => bound.kind === 'tcp')?.port ?? this.#lastPort;
    const { origin, isSharedByHand } = this.#request;
    const mayExpire = isSharedByHand || (isWide(this.#effectiveSpec()) && origin !== 'config');
    this.#sharedUntil = mayExpire ? this.#shareEnd() : undefined;
    this.refresh();
  }

  /** Ends listener and connections; the port is free when this resolves. `status`: what it is from now on. */
  async stop(status?: ForwardStatus): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    this.#trouble = undefined;
    this.#instead = undefined;
    this.#elsewhere?.close();
    this.#elsewhere = undefined;
    await open?.close();
    if (status) this.#set(status);
  }

  /** Answers at another local port from now on; if that is not to be had, at the old one again, and throws. */
  move(port: number, signal: AbortSignal): Promise<void> {
    const spec = withLocalPort(this.#request.spec, port);
    return this.#change({ ...this.#request, spec, localPort: 'exact' }, signal);
  }

  /** Opens it to every interface for a while, or closes it to others again. The port stays the same. */
  async share(isWanted: boolean, signal: AbortSignal): Promise<void> {
    const { isSharedByHand: isSharedNow = false } = this.#request;
    if (isSharedNow !== isWanted) await this.#change({ ...this.#request, isSharedByHand: isWanted }, signal);
  }

  /** From now on a SOCKS proxy asks for the password of its host, or for none; a new one counts at once. */
  protect(isProtected: boolean, signal: AbortSignal): Promise<void> {
    return this.#change({ ...this.#request, isProtected, origin: 'user' }, signal);
  }

  /** More time for a forward that is open to others. */
  extend(): void {
    if (this.#sharedUntil === undefined) return;
    this.#sharedUntil = this.#shareEnd();
    this.refresh();
  }

  relabel(label: string | undefined): void {
    const { label: _old, ...rest } = this.#request;
    this.#use({ ...rest, ...(label !== undefined && { label }) });
  }

  /**
   * A new link: a remote forward is asked for again, and again while the session that was lost may hold the port.
   * Settles with the first answer.
   */
  async attach(listenRemote: ListenRemote, signal: AbortSignal, attempt = 1): Promise<void> {
    const open = this.#open;
    if (!open || !('attach' in open)) return;
    try {
      await open.attach(listenRemote, signal);
      this.#onTrouble(undefined);
    } catch (error) {
      if (signal.aborted || this.#open !== open) return;
      this.#onTrouble(problemOf(error));
      const pause = delay(backoffMs(attempt, attachRetry), signal);
      const again = async (): Promise<void> => {
        if (this.#open === open) await this.attach(listenRemote, signal, attempt + 1);
      };
      void pause.then(again, () => undefined);
    }
  }

  /** The state with the counters of this moment. True: its time is over. */
  refresh(): boolean {
    if (!this.#open) return false;
    const leftMs = this.#sharedUntil === undefined ? undefined : this.#sharedUntil - Date.now();
    if (leftMs !== undefined && leftMs <= 0) return true;
    const sharedFor = leftMs === undefined ? 'forever' : Math.ceil(leftMs / 60_000);
    this.#set({
      kind: 'open',
      bound: this.#open.bound,
      traffic: this.#open.traffic(),
      ...(this.#instead && { instead: this.#instead }),
      ...(this.#trouble && { trouble: this.#trouble }),
      ...(isWide(this.#effectiveSpec()) && { sharedFor }),
    });
    return false;
  }

  /** What was opened to the network by hand goes on for this machine alone; the rest ends. */
  async expire(signal: AbortSignal): Promise<void> {
    if (!this.refresh()) return; // it was given more time, or ended, before its turn came
    if (this.#request.isSharedByHand) await this.share(false, signal);
    else await this.stop({ kind: 'expired' });
  }

  async #change(request: ForwardRequest, signal: AbortSignal): Promise<void> {
    const before = this.#request;
    const wasOpen = this.isOpen || this.#state.status.kind === 'failed';
    await this.stop();
    this.#use(request);
    if (!wasOpen) return;
    try {
      await this.start(signal);
    } catch (error) {
      this.#use(before);
      await this.start(signal).catch(() => undefined);
      throw error;
    }
  }

  #use(request: ForwardRequest): void {
    this.#request = request;
    this.#state = stateOf(this.#state.id, request, this.#state.status);
    this.#deps.onChange();
  }

  #effectiveSpec(): ForwardSpec {
    const { spec, isSharedByHand } = this.#request;
    return isSharedByHand ? onAllInterfaces(spec) : spec;
  }

  #shareEnd(): number | undefined {
    const ms = this.#deps.shareMs();
    return ms > 0 ? Date.now() + ms : undefined;
  }

  /** Tries the candidates in turn; only a port that is not to be had leads to the next. Undefined: it is elsewhere. */
  async #openNear(signal: AbortSignal): Promise<RunningForward | RemoteForward | undefined> {
    const spec = this.#effectiveSpec();
    this.#instead = undefined;
    const onTrouble = (trouble: Problem | undefined): void => this.#onTrouble(trouble);
    const wanted = wantedLocalPort(spec);
    const { isProtected = false } = this.#request;
    const isExact = this.#request.localPort === 'exact';
    const released = this.#released;
    this.#released = undefined;
    let last: unknown;
    for (const port of wanted === undefined || isExact ? [wanted] : localPortCandidates(wanted, this.#lastPort)) {
      for (let tries = (port ?? 0) === released ? releasedTries : 1; tries > 0; tries--) {
        try {
          const at = port === undefined ? spec : withLocalPort(spec, port);
          return await this.#deps.open({ spec: at, isProtected }, onTrouble, signal);
        } catch (error) {
          last = error;
          const why = takenProblem(error);
          if (!why) throw error;
          if (await this.#isElsewhere(port, why)) return undefined;
          if (tries > 1) await delay(releasedRetryMs, signal);
          else if (port !== undefined && port === wanted) this.#instead = { port, why };
        }
      }
    }
    throw last;
  }

  async #isElsewhere(port: number | undefined, why: ListenProblem | ListenRemoteProblem): Promise<boolean> {
    const owner = why.code === 'portInUse' ? why.owner?.pid : undefined;
    if (owner === undefined && why.code !== 'remoteBindRefused') return false;
    const window = await this.#deps.findWindow(owner, this.#state.spec, port);
    if (!window) return false;
    this.#elsewhere = window;
    this.#set({ kind: 'elsewhere', ...(port !== undefined && { localPort: port }) });
    void window.ended.then(() => this.#onReleased(window));
    return true;
  }

  #onReleased(window: OtherWindow): void {
    if (this.#elsewhere !== window) return;
    this.#elsewhere = undefined;
    if (this.#state.status.kind === 'elsewhere') this.#released = this.#state.status.localPort ?? 0;
    this.#deps.onReleased();
  }

  #onTrouble(trouble: Problem | undefined): void {
    this.#trouble = trouble;
    this.refresh();
  }

  #set(status: ForwardStatus): void {
    if (JSON.stringify(this.#state.status) === JSON.stringify(status)) return;
    this.#state = { ...this.#state, status };
    this.#deps.onChange();
  }
}

/** A port that somebody has, here or there: it may be another window. */
function takenProblem(error: unknown): ListenProblem | ListenRemoteProblem | undefined {
  const problem = problemOf(error);
  return problem.code === 'remoteBindRefused' ? problem : localPortProblem(error);
}

function stateOf(id: string, request: ForwardRequest, status: ForwardStatus): ForwardState {
  const { spec, origin, label, remotePort, isSharedByHand, isProtected, protocol } = request;
  return {
    id,
    spec,
    origin,
    ...(label !== undefined && { label }),
    ...(remotePort !== undefined && { remotePort }),
    ...(isSharedByHand && { isSharedByHand: true }),
    ...(isProtected && { isProtected: true }),
    ...(protocol && { protocol }),
    status,
  };
}
