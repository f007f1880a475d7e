import { after, delay, within } from '../../../base/delay.ts';
import type { Log } from '../../../base/log.ts';
import type { OpenedConnection } from './connector.ts';
import type { CountedConnection } from './countedConnection.ts';
import { type Doubt, noDoubt, type Online } from './linkLife.ts';
import { replacement } from './replacement.ts';
import { RetiredConnections } from './retiredConnections.ts';
import type { DoubtCause, Silence } from './silence.ts';

export interface LivenessDeps {
  readonly log: Log;
  /** Undefined while the host is not online. */
  readonly online: () => Online | undefined;
  readonly setDoubt: (connection: CountedConnection, doubt: Doubt) => void;
  /** Connects in the background, while the present connection goes on. */
  readonly connectBeside: (signal: AbortSignal) => Promise<OpenedConnection>;
  /** Makes this one the present connection. */
  readonly replaceBy: (opened: OpenedConnection, run: AbortController) => Promise<void>;
}

/** How long a connection in doubt has to give a sign of life before it counts as silent. */
const lifeSignMs = 2000;
/** A server that has not answered a request after this long puts its connection in doubt. */
const slowAnswerMs = 3000;
/** How often a connection is asked for a sign of life without a reason. */
const routineMs = 15_000;
/** How often the state says for how long the server has been silent. */
const tellMs = 1000;

/**
 * Tells a silent connection from a dead one. Silence alone ends nothing: sshd does one thing at a time, and resolves names
 * meanwhile. Another connection is made beside the silent one; what is open waits, as with ssh(1). See test/RECOVERY.md.
 */
export class Liveness {
  readonly #deps: LivenessDeps;
  readonly #retired: RetiredConnections;
  /** Names whose resolution has silenced the server before: while one of them is dialled, silence is explained. */
  readonly #slowNames = new Set<string>();
  #slowDials = 0;

  constructor(deps: LivenessDeps) {
    this.#deps = deps;
    this.#retired = new RetiredConnections(deps.log);
  }

  /** Asks the connection for a sign of life. Settles when one came, or another connection has taken its place. */
  async doubt(cause: DoubtCause): Promise<void> {
    const online = this.#deps.online();
    if (online?.doubt.kind !== 'none') return;
    if (this.#slowDials > 0 && cause !== 'slept' && cause !== 'network') return;
    const { connection, run } = online;
    const silence: Silence = { since: Date.now(), cause };
    this.#deps.setDoubt(connection, { kind: 'asking' });
    this.#deps.log.debug(`asking the server for a sign of life: ${cause}`);
    const heard = connection.signOfLife(run.signal);
    const settled = heard.catch(() => undefined); // an end of the connection is the host link's business
    if (!(await within(lifeSignMs, settled))) await this.#bridge(connection, run, silence, heard);
    this.#deps.setDoubt(connection, noDoubt);
  }

  /** Waits for an answer of the server, and puts the connection in doubt while none comes. `name`: what it resolves. */
  async answered<T>(answer: Promise<T>, name?: string): Promise<T> {
    const isSlow = name !== undefined && this.#slowNames.has(name);
    if (isSlow) this.#slowDials++;
    const slow = after(slowAnswerMs, () => void this.doubt('slowAnswer'));
    try {
      return await answer;
    } finally {
      clearTimeout(slow);
      if (isSlow) this.#slowDials--;
    }
  }

  /** Looks now and then whether a connection lives that nobody uses. Never rejects. */
  async watch(connection: CountedConnection, run: AbortController): Promise<void> {
    if (connection.facts.transport !== 'builtin') return; // a question to ssh's master leaves a line in the server's log
    const ended = new AbortController();
    void connection.closed.then(() => ended.abort());
    const stop = AbortSignal.any([run.signal, ended.signal]);
    try {
      // A server that never answers keepalives is no silent one.
      await connection.ping(stop);
      for (;;) {
        await delay(routineMs, stop);
        await this.doubt('routine');
      }
    } catch {
      // The connection has ended, which is the host link's business.
    }
  }

  /** Closes the connections that others have replaced, and what is open on them. */
  close(): Promise<void> {
    return this.#retired.close();
  }

  /** Settles when the silent connection speaks, ends, or is replaced. */
  async #bridge(
    connection: CountedConnection,
    run: AbortController,
    silence: Silence,
    heard: Promise<void>,
  ): Promise<void> {
    const { log, connectBeside, replaceBy } = this.#deps;
    log.warn('the server gives no sign of life: connecting beside the silent connection');
    for (const name of connection.pendingNames) this.#slowNames.add(name);
    const over = new AbortController();
    const end = (): void => over.abort();
    heard.then(end, end);
    void this.#tellOfSilence(connection, silence, over.signal);
    const opened = await replacement(connectBeside, log, AbortSignal.any([over.signal, run.signal]));
    if (!opened) return await heard.catch(() => undefined);
    end();
    log.info('another connection has taken the place of the silent one');
    await replaceBy(opened, run);
    this.#retired.add(connection, silence, heard);
  }

  async #tellOfSilence(connection: CountedConnection, { since }: Silence, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#deps.setDoubt(connection, { kind: 'silent', since });
      await delay(tellMs, signal).catch(() => undefined);
    }
  }
}
