import { backoffMs } from '../../base/backoff.ts';
import { abortable, deadline, delay } from '../../base/delay.ts';
import type { Log } from '../../base/log.ts';
import { Queue } from '../../base/queue.ts';
import { isProblem, UserError } from '../../base/userError.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import type { Dial, DialProblem, ListenRemote } from '../forward/dial.ts';
import { type Problem, problemOf } from '../problem.ts';
import type { Connection } from '../ssh/connection.ts';
import { overLeftOverSockets } from './leftOverSockets.ts';
import type { LinkState } from './state.ts';
import { type NetworkEvent, type NetworkSenses, watchNetwork } from './networkEvents.ts';

/** A connection, and the configuration that it was made with. */
export interface OpenedConnection {
  readonly connection: Connection;
  readonly config: HostConfig;
}

/** `attended`: a person waits for it, so prompts may appear. A reconnect in the background asks nobody. */
export type OpenConnection = (attended: 'attended' | 'background', signal: AbortSignal) => Promise<OpenedConnection>;

export interface HostLinkOptions {
  readonly open: OpenConnection;
  readonly log: Log;
  readonly senses: NetworkSenses;
  /** How long a new connection waits for a link that is away, in milliseconds. */
  readonly waitMs: () => number;
  readonly onState: (state: LinkState) => void;
  /** Called for every connection that comes up, the first and each later one, before any dial gets it. */
  readonly onConnection: (opened: OpenedConnection) => void;
}

const retry = { minMs: 1000, maxMs: 30_000 } as const;
/** How long a link that is in doubt may take to show that it lives. */
const lifeSignMs = 2000;
/** A server that has neither granted nor refused what it was asked for after this long puts its link in doubt. */
const slowAnswerMs = 3000;

/**
 * Keeps one connection to a host alive: connects on request, notices the end, connects again.
 * Network failures back off; what only a person can mend (a password, a host key) ends in `failed`.
 */
export class HostLink {
  readonly #options: HostLinkOptions;
  /** One at a time: the next begins when the one before has cleaned up. */
  readonly #attempts = new Queue();
  #connection: Connection | undefined;
  /** Ends all that goes on: being online, waiting, connecting. Absent when there is no link and none is wanted. */
  #run: AbortController | undefined;
  #opening: Promise<void> | undefined;
  /** Ends the pause before the next attempt. */
  #wake = new AbortController();
  /** Ends an attempt in the background that was begun in another network. */
  #restart = new AbortController();
  #isInDoubt = false;
  /** Links in a row that ended before they were of use: a server that lets us in and hangs up is not to be stormed. */
  #useless = 0;
  readonly #waiters = new Set<{ resolve: (connection: Connection) => void; reject: (error: Error) => void }>();

  constructor(options: HostLinkOptions) {
    this.#options = options;
  }

  /** Settles when the host is online. Rejects with a `UserError` when it is not to be had now. */
  async open(signal: AbortSignal): Promise<void> {
    if (this.#connection) return;
    signal.throwIfAborted();
    if (!this.#opening) {
      const opening = this.#open(signal).finally(() => {
        if (this.#opening === opening) this.#opening = undefined;
      });
      this.#opening = opening;
    }
    await abortable(this.#opening, signal);
  }

  /** Connects without asking anybody, and goes on trying as after a loss. Settles after the first attempt. */
  async resume(): Promise<void> {
    if (this.#run) return;
    const run = this.#begin();
    await new Promise<void>((resolve) => {
      void this.#keepTrying(run, { code: 'linkLost' }, 0, resolve).finally(resolve);
    });
  }

  /** Tries at once again if it is waiting to. */
  wake(): void {
    this.#wake.abort();
  }

  /** Asks a link that is in doubt for a sign of life. One that gives none is lost, and with it all that is open on it. */
  async doubt(why: string): Promise<void> {
    const connection = this.#connection;
    if (!connection || this.#isInDoubt) return;
    this.#isInDoubt = true;
    this.#options.log.debug(`is the link alive? ${why}`);
    await connection.check(lifeSignMs);
    this.#isInDoubt = false;
  }

  /** `cleanUp`: what ends with it. A server that does not answer takes a moment; the next attempt begins after that. */
  async close(cleanUp: () => Promise<void> = async () => undefined): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#end({ kind: 'idle' });
    const closed = Promise.resolve(connection?.close()).then(cleanUp);
    void this.#attempts.run(() => Promise.allSettled([closed]));
    await closed;
  }

  /** Dials over the present link, or over the next one if that comes in time. */
  readonly dial: Dial = async (to, signal) => {
    for (;;) {
      const connection = await this.#present(signal);
      try {
        const stream = await this.#answered(connection.dial(to, signal));
        this.#useless = 0;
        return stream;
      } catch (error) {
        signal.throwIfAborted();
        if (!isProblem<DialProblem>(error, 'linkLost')) throw error;
        // What was asked of a link that died has not happened, so the next link is asked.
        await abortable(connection.closed, signal);
      }
    }
  };

  /** Waits for no link: whoever has none to ask asks again when the next one is there. */
  readonly listenRemote: ListenRemote = async (bind, onConnection, signal) => {
    if (!this.#connection) throw lost();
    const listener = await this.#answered(this.#connection.listenRemote(bind, onConnection, signal));
    return { ...listener, close: () => this.#answered(listener.close()) };
  };

  /** One round trip over the present link, in milliseconds; undefined while it is away. */
  async ping(signal: AbortSignal): Promise<number | undefined> {
    return this.#connection && this.#answered(this.#connection.ping(signal));
  }

  async #answered<T>(answer: Promise<T>): Promise<T> {
    const slow = setTimeout(() => void this.doubt('an answer is slow to come'), slowAnswerMs);
    try {
      return await answer;
    } finally {
      clearTimeout(slow);
    }
  }

  async #present(signal: AbortSignal): Promise<Connection> {
    if (this.#connection) return this.#connection;
    if (!this.#run) throw lost();
    const limit = deadline(this.#options.waitMs(), lost, signal);
    try {
      return await abortable(this.#next(limit.signal), limit.signal);
    } finally {
      limit.clear();
    }
  }

  #next(signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', () => this.#waiters.delete(waiter), { once: true });
    });
  }

  #begin(): AbortController {
    this.#run?.abort(new UserError<Problem>({ code: 'cancelled' }));
    const run = new AbortController();
    this.#run = run;
    const { senses } = this.#options;
    void watchNetwork((what) => this.#onDisturbance(what), senses, run.signal);
    return run;
  }

  /** Nothing goes on from now on, and whoever waits is told. */
  #end(state: Extract<LinkState, { readonly kind: 'idle' | 'failed' }>): void {
    this.#run?.abort(new UserError<Problem>({ code: 'cancelled' }));
    this.#run = undefined;
    this.#useless = 0;
    this.#opening = undefined; // whoever asks again does not get what is being cancelled
    for (const { reject } of this.#waiters) reject(lost());
    this.#waiters.clear();
    this.#options.onState(state);
  }

  async #open(signal: AbortSignal): Promise<void> {
    const wasTrying = this.#run !== undefined;
    const run = this.#begin();
    this.#options.onState({ kind: 'connecting', since: Date.now() });
    try {
      await this.#up(await this.#attempt('attended', AbortSignal.any([signal, run.signal])), run);
    } catch (error) {
      const why = problemOf(error);
      if (this.#run === run) {
        // Whoever asked for an attempt between two others did not ask for an end of them.
        if (wasTrying && passesByItself.has(why.code)) void this.#keepTrying(run, why, 1);
        else if (wasTrying && why.code === 'cancelled') void this.#keepTrying(run, { code: 'linkLost' }, 1);
        else this.#end(why.code === 'cancelled' ? { kind: 'idle' } : { kind: 'failed', why });
      }
      throw error;
    }
  }

  #attempt(attended: 'attended' | 'background', signal: AbortSignal): Promise<OpenedConnection> {
    return this.#attempts.run(async () => {
      signal.throwIfAborted();
      return this.#options.open(attended, signal);
    });
  }

  async #up({ connection: made, config }: OpenedConnection, run: AbortController): Promise<void> {
    const connection = overLeftOverSockets(made);
    if (run.signal.aborted) {
      await connection.close();
      throw run.signal.reason;
    }
    this.#connection = connection;
    this.#options.onState({ kind: 'online', since: Date.now(), facts: connection.facts });
    this.#options.onConnection({ connection, config });
    for (const { resolve } of this.#waiters) resolve(connection);
    this.#waiters.clear();
    void this.#watch(connection, run);
  }

  async #watch(connection: Connection, run: AbortController): Promise<void> {
    const upAt = performance.now();
    const end = await connection.closed;
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    if (performance.now() - upAt > retry.maxMs) this.#useless = 0;
    this.#options.log.warn(`link lost: ${end.kind === 'lost' ? `${end.why} ${end.detail}`.trim() : 'closed'}`);
    await this.#keepTrying(run, { code: 'linkLost' }, this.#useless++);
  }

  async #keepTrying(
    run: AbortController,
    since: Problem,
    startAt: number,
    onAttempted: () => void = () => undefined,
  ): Promise<void> {
    let why = since;
    for (let attempt = startAt; !run.signal.aborted; attempt++) {
      if (await this.#pause(backoffMs(attempt, retry), why, run.signal)) attempt = 0;
      if (run.signal.aborted) return;
      const restart = new AbortController();
      this.#restart = restart;
      try {
        await this.#up(await this.#attempt('background', AbortSignal.any([run.signal, restart.signal])), run);
        return;
      } catch (error) {
        if (run.signal.aborted) return;
        if (restart.signal.aborted) {
          attempt = -1;
          continue;
        }
        why = needsPerson(problemOf(error));
        if (!passesByItself.has(why.code)) return this.#end({ kind: 'failed', why });
      } finally {
        onAttempted();
      }
    }
  }

  /** True: it was cut short by something that makes success likely. */
  async #pause(waitMs: number, why: Problem, signal: AbortSignal): Promise<boolean> {
    const wake = new AbortController();
    this.#wake = wake;
    this.#options.onState({ kind: 'waiting', retryAt: Date.now() + waitMs, why });
    await delay(waitMs, AbortSignal.any([signal, wake.signal])).catch(() => undefined);
    return wake.signal.aborted;
  }

  #onDisturbance(what: NetworkEvent): void {
    this.#options.log.info(what === 'slept' ? 'this machine was asleep' : 'the network of this machine has changed');
    this.#wake.abort();
    this.#restart.abort();
    void this.doubt(what);
  }
}

function lost(): Error {
  return new UserError<DialProblem>({ code: 'linkLost' });
}

/** In the background nobody is asked, so what a person would have had to answer reads as cancelled. */
function needsPerson(why: Problem): Problem {
  return why.code === 'cancelled' ? { code: 'loginNeeded' } : why;
}

/** Servers ban clients that retry a login, so only the network's own failures are tried again. */
const passesByItself: ReadonlySet<Problem['code']> = new Set<Problem['code']>([
  'dnsFailed',
  'connectionRefused',
  'unreachable',
  'timeout',
  'handshakeEnded',
  'jumpFailed',
  'proxyFailed',
  'linkLost',
]);
