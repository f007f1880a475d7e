import { abortable, delay } from '../../../base/delay.ts';
import type { Log } from '../../../base/log.ts';
import { Queue } from '../../../base/queue.ts';
import { UserError } from '../../../base/userError.ts';
import type { ListenRemote } from '../../forward/dial.ts';
import { type Problem, problemOf } from '../../problem.ts';
import { linkLost } from '../../ssh/linkLost.ts';
import type { OpenConnection, OpenedConnection } from './connector.ts';
import { ConnectionWaiters } from './connectionWaiters.ts';
import { CountedConnection } from './countedConnection.ts';
import { overLeftOverSockets } from '../forwards/leftOverSockets.ts';
import {
  type AfterAttempt,
  afterAttendedAttempt,
  afterBackgroundAttempt,
  afterLoss,
  atOnce,
  type Doubt,
  firstRetry,
  type LinkLife,
  linkStateOf,
  noDoubt,
  type Online,
  type Retry,
  retryPauseMs,
  runOf,
  uselessOf,
} from './linkLife.ts';
import { Liveness } from './liveness.ts';
import { type NetworkEvent, type NetworkSenses, watchNetwork } from './networkEvents.ts';
import type { LinkState } from '../state.ts';

export interface HostLinkOptions {
  readonly open: OpenConnection;
  readonly log: Log;
  readonly senses: NetworkSenses;
  /** How long a dial waits for the next connection, in milliseconds. */
  readonly waitMs: () => number;
  readonly onState: (state: LinkState) => void;
  /** Called for every connection, the first and each later one, before any dial gets it. */
  readonly onConnection: (opened: OpenedConnection) => void;
}

/**
 * Keeps a host connected: connects on request, notices the loss, reconnects. Network failures are retried with growing
 * pauses; failures that only a person can mend (a password, a host key) end in `failed`.
 */
export class HostLink {
  readonly #options: HostLinkOptions;
  /** One attempt at a time: the next begins when the one before has cleaned up. */
  readonly #attempts = new Queue();
  readonly #waiters = new ConnectionWaiters();
  readonly liveness: Liveness;
  #life: LinkLife = { kind: 'idle' };

  constructor(options: HostLinkOptions) {
    this.#options = options;
    this.liveness = new Liveness({
      log: options.log,
      online: () => (this.#life.kind === 'online' ? this.#life : undefined),
      setDoubt: (connection, doubt) => this.#setDoubt(connection, doubt),
      connectBeside: (signal) => this.#attempt('background', signal),
      replaceBy: (opened, run) => this.#up(opened, run),
    });
  }

  /** Settles when the host is online. Callers share one attempt. @throws UserError<Problem> when the attempt fails */
  async open(signal: AbortSignal): Promise<void> {
    if (this.#life.kind === 'online') return;
    signal.throwIfAborted();
    const attempt = this.#life.kind === 'connecting' ? this.#life.attempt : this.#connect(signal);
    await abortable(attempt, signal);
  }

  /** Connects in the background and retries, as after a loss. Settles after the first attempt. */
  async resume(): Promise<void> {
    if (runOf(this.#life)) return;
    const run = this.#begin();
    const next = await this.#retryOnce(run, firstRetry);
    if (next) void this.#keepTrying(run, next);
  }

  /** Ends the pause before the next attempt. */
  wake(): void {
    if (this.#life.kind === 'waiting') this.#life.wake.abort();
  }

  /** `cleanUp` runs after the connection has closed and before the next attempt begins. */
  async close(cleanUp: () => Promise<void> = async () => undefined): Promise<void> {
    const before = this.#life;
    this.#end({ kind: 'idle' });
    const connection = before.kind === 'online' ? before.connection : undefined;
    const closed = Promise.all([connection?.close(), this.liveness.close()]).then(cleanUp);
    void this.#attempts.run(() => Promise.allSettled([closed]));
    await closed;
  }

  /** The present connection, or the next one if it comes in time. @throws UserError<DialProblem> if none does */
  async connection(signal: AbortSignal): Promise<CountedConnection> {
    if (this.#life.kind === 'online') return this.#life.connection;
    if (!runOf(this.#life)) throw linkLost();
    return this.#waiters.next(this.#options.waitMs(), signal);
  }

  /** The connection carried something: its loss is followed by a retry at once. */
  carried(connection: CountedConnection): void {
    const online = this.#present(connection);
    if (online) this.#life = { ...online, useless: 0 };
  }

  /** Does not wait for a connection: a forward that finds none asks again on the next one. */
  readonly listenRemote: ListenRemote = async (bind, onConnection, signal) => {
    if (this.#life.kind !== 'online') throw linkLost();
    const listener = await this.liveness.answered(this.#life.connection.listenRemote(bind, onConnection, signal));
    return { ...listener, close: () => this.liveness.answered(listener.close()) };
  };

  /** One round trip over the present connection, in milliseconds; undefined while there is none. */
  async ping(signal: AbortSignal): Promise<number | undefined> {
    return this.#life.kind === 'online' ? this.liveness.answered(this.#life.connection.ping(signal)) : undefined;
  }

  #connect(signal: AbortSignal): Promise<void> {
    const isBetweenRetries = runOf(this.#life) !== undefined;
    const useless = uselessOf(this.#life);
    const run = this.#begin();
    const attempt = this.#attempt('attended', AbortSignal.any([signal, run.signal]))
      .then((opened) => this.#up(opened, run))
      .catch((error: unknown) => {
        if (this.#life.kind === 'connecting' && this.#life.run === run) {
          this.#follow(run, afterAttendedAttempt(this.#life, problemOf(error)));
        }
        throw error;
      });
    this.#enter({ kind: 'connecting', run, since: Date.now(), attempt, isBetweenRetries, useless });
    return attempt;
  }

  #follow(run: AbortController, next: AfterAttempt): void {
    if (next.kind === 'retry') void this.#keepTrying(run, next);
    else this.#end(next);
  }

  #begin(): AbortController {
    runOf(this.#life)?.abort(new UserError<Problem>({ code: 'cancelled' }));
    const run = new AbortController();
    void watchNetwork((what) => this.#onNetworkEvent(what), this.#options.senses, run.signal);
    return run;
  }

  /** Ends all that goes on, and refuses the dials that wait. */
  #end(life: Extract<LinkLife, { readonly kind: 'idle' | 'failed' }>): void {
    runOf(this.#life)?.abort(new UserError<Problem>({ code: 'cancelled' }));
    this.#life = life;
    this.#waiters.refuse();
    this.#options.onState(linkStateOf(life));
  }

  #attempt(attended: 'attended' | 'background', signal: AbortSignal): Promise<OpenedConnection> {
    return this.#attempts.run(async () => {
      signal.throwIfAborted();
      return this.#options.open(attended, signal);
    });
  }

  async #up({ connection: made, config }: OpenedConnection, run: AbortController): Promise<void> {
    const connection = new CountedConnection(overLeftOverSockets(made));
    if (run.signal.aborted) {
      await connection.close();
      throw run.signal.reason;
    }
    const useless = uselessOf(this.#life);
    this.#enter({ kind: 'online', run, since: Date.now(), connection, doubt: noDoubt, useless });
    this.#options.onConnection({ connection, config });
    this.#waiters.give(connection);
    void this.#watch(connection, run);
    void this.liveness.watch(connection, run);
  }

  async #watch(connection: CountedConnection, run: AbortController): Promise<void> {
    const upAt = performance.now();
    const end = await connection.closed;
    const online = this.#present(connection);
    if (!online) return;
    this.#options.log.warn(`connection lost: ${end.kind === 'lost' ? `${end.why} ${end.detail}`.trim() : 'closed'}`);
    await this.#keepTrying(run, afterLoss(online, performance.now() - upAt));
  }

  async #keepTrying(run: AbortController, first: Retry): Promise<void> {
    for (let next: Retry | undefined = first; next;) next = await this.#retryOnce(run, next);
  }

  /** Pauses, then connects in the background. Returns the next retry; undefined when the host is online or given up. */
  async #retryOnce(run: AbortController, planned: Retry): Promise<Retry | undefined> {
    const retry = (await this.#pause(run, planned)) === 'woken' ? atOnce(planned) : planned;
    if (run.signal.aborted) return undefined;
    const restart = new AbortController();
    // The state goes on showing the pause, which is over.
    this.#life = { kind: 'retrying', run, retry, restart };
    try {
      await this.#up(await this.#attempt('background', AbortSignal.any([run.signal, restart.signal])), run);
      return undefined;
    } catch (error) {
      if (run.signal.aborted) return undefined;
      if (restart.signal.aborted) return atOnce(retry);
      const next = afterBackgroundAttempt(retry, problemOf(error));
      if (next.kind === 'retry') return next;
      this.#end(next);
      return undefined;
    }
  }

  async #pause(run: AbortController, retry: Retry): Promise<'over' | 'woken'> {
    const wake = new AbortController();
    const waitMs = retryPauseMs(retry.attempt);
    this.#enter({ kind: 'waiting', run, retry, retryAt: Date.now() + waitMs, wake });
    await delay(waitMs, AbortSignal.any([run.signal, wake.signal])).catch(() => undefined);
    return wake.signal.aborted ? 'woken' : 'over';
  }

  #onNetworkEvent(what: NetworkEvent): void {
    this.#options.log.info(what === 'slept' ? 'this machine was asleep' : 'the network of this machine has changed');
    this.wake();
    if (this.#life.kind === 'retrying') this.#life.restart.abort();
    void this.liveness.doubt(what);
  }

  #enter(life: Exclude<LinkLife, { readonly kind: 'retrying' }>): void {
    this.#life = life;
    this.#options.onState(linkStateOf(life));
  }

  #setDoubt(connection: CountedConnection, doubt: Doubt): void {
    const online = this.#present(connection);
    if (!online) return;
    const now = { ...online, doubt };
    this.#life = now;
    if (online.doubt.kind === 'silent' || doubt.kind === 'silent') this.#options.onState(linkStateOf(now));
  }

  /** What holds of a connection while it is the present one. */
  #present(connection: CountedConnection): Online | undefined {
    return this.#life.kind === 'online' && this.#life.connection === connection ? this.#life : undefined;
  }
}
