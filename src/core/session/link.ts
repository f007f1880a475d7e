import { backoffMs } from '../../base/backoff.ts';
import { abortable, deadline, delay } from '../../base/delay.ts';
import type { Log } from '../../base/log.ts';
import { UserError } from '../../base/userError.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import type { Dial, DialProblem, ListenRemote } from '../forward/dial.ts';
import { type Problem, problemOf } from '../problem.ts';
import type { Connection } from '../ssh/connection.ts';
import type { LinkState } from './state.ts';

/** A connection, and the configuration that it was made with. */
export interface Opened {
  readonly connection: Connection;
  readonly config: HostConfig;
}

/** `attended`: a person waits for it, so prompts may appear. A reconnect in the background asks nobody. */
export type OpenConnection = (attended: 'attended' | 'background', signal: AbortSignal) => Promise<Opened>;

export interface LinkOptions {
  readonly open: OpenConnection;
  readonly log: Log;
  /** How long a new connection waits for a link that is away, in milliseconds. */
  readonly waitMs: () => number;
  readonly onState: (state: LinkState) => void;
  /** Called for every connection that comes up, the first and each later one, before any dial gets it. */
  readonly onConnection: (opened: Opened) => void;
}

const retry = { minMs: 1000, maxMs: 30_000 } as const;

/**
 * Keeps one connection to a host alive: connects on request, notices the end, connects again.
 * Network failures back off; what only a person can mend (a password, a host key) ends in `failed`.
 */
export class Link {
  readonly #options: LinkOptions;
  #connection: Connection | undefined;
  /** Ends the present connecting, waiting or watching. */
  #run: AbortController | undefined;
  #wake = new AbortController();
  #waiters = new Set<(connection: Connection) => void>();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Settles when the host is online. Rejects with a `UserError` when it is not to be had now. */
  async open(signal: AbortSignal): Promise<void> {
    if (this.#connection) return;
    this.#run?.abort(new UserError({ code: 'cancelled' } satisfies Problem));
    const run = new AbortController();
    this.#run = run;
    this.#options.onState({ kind: 'connecting', since: Date.now() });
    try {
      const opened = await this.#options.open('attended', AbortSignal.any([signal, run.signal]));
      if (run.signal.aborted) {
        await opened.connection.close();
        throw run.signal.reason;
      }
      this.#up(opened, run);
    } catch (error) {
      const why = problemOf(error);
      if (this.#run === run) {
        this.#run = undefined;
        this.#options.onState(why.code === 'cancelled' ? { kind: 'idle' } : { kind: 'failed', why });
      }
      throw error;
    }
  }

  /** Tries at once again if it is waiting to. */
  wake(): void {
    this.#wake.abort();
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#run?.abort(new UserError({ code: 'cancelled' } satisfies Problem));
    this.#run = undefined;
    this.#options.onState({ kind: 'idle' });
    await connection?.close();
  }

  /** Dials over the present link, or over the next one if that comes in time. */
  readonly dial: Dial = async (to, signal) => (await this.#present(signal)).dial(to, signal);

  readonly listenRemote: ListenRemote = async (bind, onConnection, signal) =>
    (await this.#present(signal)).listenRemote(bind, onConnection, signal);

  async #present(signal: AbortSignal): Promise<Connection> {
    if (this.#connection) return this.#connection;
    const lost = (): Error => new UserError<DialProblem>({ code: 'linkLost' });
    if (!this.#run) throw lost();
    const limit = deadline(this.#options.waitMs(), lost, signal);
    try {
      return await abortable(this.#next(limit.signal), limit.signal);
    } finally {
      limit.clear();
    }
  }

  #next(signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve) => {
      this.#waiters.add(resolve);
      signal.addEventListener('abort', () => this.#waiters.delete(resolve), { once: true });
    });
  }

  #up(opened: Opened, run: AbortController): void {
    const { connection } = opened;
    this.#connection = connection;
    this.#options.onState({ kind: 'online', since: Date.now(), facts: connection.facts });
    this.#options.onConnection(opened);
    for (const resolve of this.#waiters) resolve(connection);
    this.#waiters.clear();
    void this.#watch(connection, run);
  }

  async #watch(connection: Connection, run: AbortController): Promise<void> {
    const end = await connection.closed;
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#options.log.warn(`link ended: ${end.kind === 'lost' ? `${end.why} ${end.detail}` : 'closed'}`);
    await this.#reconnect(run);
  }

  async #reconnect(run: AbortController): Promise<void> {
    let why: Problem = { code: 'linkLost' };
    for (let attempt = 0; !run.signal.aborted; attempt++) {
      const waitMs = backoffMs(attempt, retry);
      this.#options.onState({ kind: 'waiting', retryAt: Date.now() + waitMs, why });
      this.#wake = new AbortController();
      await delay(waitMs, AbortSignal.any([run.signal, this.#wake.signal])).catch(() => undefined);
      if (run.signal.aborted) return;
      try {
        const opened = await this.#options.open('background', run.signal);
        // Aborted at the last moment: whoever aborted owns the state now.
        if (run.signal.aborted) await opened.connection.close();
        else this.#up(opened, run);
        return;
      } catch (error) {
        if (run.signal.aborted) return;
        why = needsPerson(problemOf(error));
        this.#options.log.warn(`reconnect failed: ${why.code}`);
        if (!passesByItself.has(why.code)) {
          this.#run = undefined;
          this.#options.onState({ kind: 'failed', why });
          return;
        }
      }
    }
  }
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
