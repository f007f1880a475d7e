import { delay } from '../../../base/delay.ts';
import type { Log } from '../../../base/log.ts';
import type { CountedConnection } from './countedConnection.ts';
import { isGone, type Silence } from './silence.ts';

const lookMs = 1000;

/**
 * Connections of a host that another one has replaced. Each keeps the streams that are open on it and closes after the
 * last of them, or is given up when there is proof that nothing will come any more.
 */
export class RetiredConnections {
  readonly #all = new Set<CountedConnection>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** `heard` settles with the next sign of life, and rejects when the connection ends. */
  add(connection: CountedConnection, silence: Silence, heard: Promise<void>): void {
    this.#all.add(connection);
    const over = new AbortController();
    const end = (): void => over.abort();
    heard.then(end, end);
    connection.retire();
    void this.#judge(connection, silence, over.signal);
    void this.#closeWhenIdle(connection, over);
  }

  /** Closes all of them, and what is open on them. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((connection) => connection.close()));
  }

  async #closeWhenIdle(connection: CountedConnection, over: AbortController): Promise<void> {
    await Promise.race([connection.idle(), connection.closed]);
    over.abort();
    this.#all.delete(connection);
    await connection.close();
  }

  /** Looks for proof until the connection speaks, ends, or is done. */
  async #judge(connection: CountedConnection, { since, cause }: Silence, signal: AbortSignal): Promise<void> {
    const retransmitsBefore = await connection.retransmits();
    while (!signal.aborted) {
      await delay(lookMs, signal).catch(() => undefined);
      const retransmits = await connection.retransmits();
      if (signal.aborted || !isGone({ silentMs: Date.now() - since, cause, retransmits, retransmitsBefore })) continue;
      this.#log.warn('the replaced connection is gone: what was open on it is reset');
      connection.giveUp();
      return;
    }
  }
}
