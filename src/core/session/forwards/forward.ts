import { backoffMs } from '../../../base/backoff.ts';
import { delay } from '../../../base/delay.ts';
import type { ListenRemote } from '../../forward/dial.ts';
import { type Problem, problemOf } from '../../problem.ts';
import type { Program } from '../../detect/identify/program.ts';
import {
  dormant,
  extended,
  type ForwardElsewhere,
  type ForwardLife,
  isExpired,
  isHeld,
  needsConnection,
  newLife,
  opened,
  type OpenForward,
  released,
  stateOf,
  statusOf,
  type StoppedForward,
  withTrouble,
} from './forwardLife.ts';
import type { ForwardRequest } from './forwardRequests.ts';
import { withLocalPort } from './localPort.ts';
import { type FindWindow, openNear, type OpenSpec } from './openNear.ts';
import type { ForwardState } from '../state.ts';
import type { OtherWindow } from '../memory/windows.ts';

export interface ForwardDeps {
  readonly open: OpenSpec;
  readonly findWindow: FindWindow;
  /** How long a forward stays open to other machines, in milliseconds; 0 for ever. */
  readonly shareMs: () => number;
  readonly onChange: () => void;
  /** The other window gave the forward up: it can be opened here now. */
  readonly onReleased: () => void;
}

const attachRetry = { minMs: 500, maxMs: 15_000 } as const;

/** Carries one forward from state to state. Its owner never lets two of its actions overlap. */
export class Forward {
  readonly #id: string;
  readonly #deps: ForwardDeps;
  #request: ForwardRequest;
  #life: ForwardLife;

  constructor(id: string, request: ForwardRequest, deps: ForwardDeps) {
    this.#id = id;
    this.#deps = deps;
    this.#request = request;
    this.#life = newLife(request);
  }

  /** With the counters and clocks of this moment. */
  get state(): ForwardState {
    return stateOf(this.#id, this.#request, statusOf(this.#life, this.#request, Date.now()));
  }

  get isHeld(): boolean {
    return isHeld(this.#life);
  }

  get needsConnection(): boolean {
    return needsConnection(this.#life);
  }

  get isExpired(): boolean {
    return isExpired(this.#life, Date.now());
  }

  /**
   * Settles when the forward accepts connections, here or in another window.
   *
   * @throws UserError<Problem>, which the state shows as well
   */
  async start(signal: AbortSignal): Promise<void> {
    const before = this.#life;
    if (isHeld(before)) return;
    this.#enter({ kind: 'opening' });
    const options = {
      ...this.#deps,
      request: this.#request,
      ...(before.kind === 'released' && { releasedPort: before.localPort ?? 0 }),
      onTrouble: (trouble: Problem | undefined) => this.#enter(withTrouble(this.#life, trouble)),
    };
    const life = await openNear(options, signal).catch((error: unknown) => {
      this.#enter({ kind: 'failed', why: problemOf(error) });
      throw error;
    });
    if (life.kind === 'open') this.#enterOpen(life);
    else this.#enterElsewhere(life);
  }

  /** Ends listener and connections; the port is free when this resolves. `next`: absent if the forward goes or restarts. */
  async stop(next?: StoppedForward): Promise<void> {
    const before = this.#life;
    if (isHeld(before)) this.#life = { kind: 'closing', shown: this.state.status };
    if (before.kind === 'elsewhere') before.window.close();
    if (before.kind === 'open') await before.running.close();
    if (next) this.#enter(next);
  }

  /** The program behind an auto-forward has gone. */
  sleep(program: Program | undefined): Promise<void> {
    return this.stop(dormant(this.#request, program));
  }

  /** Listens at another local port. If that port is taken, listens at the old one again and throws. */
  move(port: number, signal: AbortSignal): Promise<void> {
    const spec = withLocalPort(this.#request.spec, port);
    return this.#change({ ...this.#request, spec, localPort: 'exact' }, signal);
  }

  /** Opens it to every interface for a while, or closes it to other machines again. The port stays the same. */
  async share(isWanted: boolean, signal: AbortSignal): Promise<void> {
    const { isSharedByHand = false } = this.#request;
    if (isSharedByHand !== isWanted) await this.#change({ ...this.#request, isSharedByHand: isWanted }, signal);
  }

  /** Makes a SOCKS proxy ask for its host's password, or for none. A new password counts at once. */
  protect(isProtected: boolean, signal: AbortSignal): Promise<void> {
    return this.#change({ ...this.#request, isProtected, origin: 'user' }, signal);
  }

  /** Serves HTTPS before the server, or no longer. The port stays the same, and answers http in both cases. */
  async serveHttps(isWanted: boolean, signal: AbortSignal): Promise<void> {
    const { isHttps = false } = this.#request;
    if (isHttps !== isWanted) await this.#change({ ...this.#request, isHttps: isWanted }, signal);
  }

  /** Gives a shared forward more time. */
  extend(): void {
    this.#enter(extended(this.#life, this.#shareEnd()));
  }

  relabel(label: string | undefined): void {
    const { label: _old, ...rest } = this.#request;
    this.#use({ ...rest, ...(label !== undefined && { label }) });
  }

  /**
   * Asks the server of a new connection for a remote forward's listener. Retries in the background: the session that
   * was lost may still hold the port. Settles with the first answer.
   */
  async attach(listenRemote: ListenRemote, signal: AbortSignal, attempt = 1): Promise<void> {
    if (this.#life.kind !== 'open') return;
    const { running } = this.#life;
    if (!('attach' in running)) return;
    const isRunning = (): boolean => this.#life.kind === 'open' && this.#life.running === running;
    try {
      await running.attach(listenRemote, signal);
      if (isRunning()) this.#enter(withTrouble(this.#life, undefined));
    } catch (error) {
      if (signal.aborted || !isRunning()) return;
      this.#enter(withTrouble(this.#life, problemOf(error)));
      const again = async (): Promise<void> => {
        if (isRunning()) await this.attach(listenRemote, signal, attempt + 1);
      };
      void delay(backoffMs(attempt, attachRetry), signal).then(again, () => undefined);
    }
  }

  /** The time of a shared forward is over. A forward that the user shared goes on for this machine alone; others end. */
  async expire(signal: AbortSignal): Promise<void> {
    if (!this.isExpired) return; // it got more time, or ended, before this job's turn
    if (this.#request.isSharedByHand) await this.share(false, signal);
    else await this.stop({ kind: 'expired' });
  }

  async #change(request: ForwardRequest, signal: AbortSignal): Promise<void> {
    const before = this.#request;
    const wasWanted = isHeld(this.#life) || this.#life.kind === 'failed';
    await this.stop();
    this.#use(request);
    if (!wasWanted) return;
    try {
      await this.start(signal);
    } catch (error) {
      this.#use(before);
      await this.start(signal).catch(() => undefined);
      throw error;
    }
  }

  #enterOpen(open: OpenForward): void {
    const port = open.running.bound.find((bound) => bound.kind === 'tcp')?.port;
    if (port !== undefined) this.#request = { ...this.#request, lastPort: port };
    this.#enter(opened(open, this.#request, this.#shareEnd()));
  }

  #enterElsewhere(elsewhere: ForwardElsewhere): void {
    this.#enter(elsewhere);
    void elsewhere.window.ended.then(() => this.#onReleased(elsewhere.window));
  }

  #onReleased(window: OtherWindow): void {
    const life = released(this.#life, window);
    if (life === this.#life) return;
    this.#life = life;
    this.#deps.onReleased();
  }

  #enter(life: ForwardLife): void {
    this.#life = life;
    this.#deps.onChange();
  }

  #use(request: ForwardRequest): void {
    this.#request = request;
    this.#deps.onChange();
  }

  #shareEnd(): number | undefined {
    const ms = this.#deps.shareMs();
    return ms > 0 ? Date.now() + ms : undefined;
  }
}
