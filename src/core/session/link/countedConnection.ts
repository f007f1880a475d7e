import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Dial, IncomingConnection, ListenRemote } from '../../forward/dial.ts';
import type { Endpoint } from '../../spec/spec.ts';
import type { Connection } from '../../ssh/connection.ts';
import { linkLost } from '../../ssh/linkLost.ts';
import { type ContainerRelay, relayStream } from './relayStream.ts';

/** A question that the server has not answered. `leave` rejects it with `linkLost`. */
interface Pending {
  readonly name: string | undefined;
  readonly leave: () => void;
}

interface Question<T> {
  /** What the server has to resolve for the answer. */
  readonly name?: string | undefined;
  /** RACE: runs before the connection can count as idle. */
  readonly take?: (value: T) => T;
  readonly discard: (late: T) => void;
}

/**
 * A connection that knows which streams of forwards are open on it, or being opened. When another connection takes its
 * place, the streams that are open stay, and what is being opened is opened on the other one: except to a name, which the
 * server may be resolving right now. Asked again, it would hold up the other connection as well.
 */
export class CountedConnection implements Connection {
  readonly facts: Connection['facts'];
  readonly exec: Connection['exec'];
  readonly closed: Connection['closed'];
  readonly #connection: Connection;
  readonly #pending = new Set<Pending>();
  #streams = 0;
  #isRetired = false;
  #onIdle: (() => void)[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
    this.facts = connection.facts;
    this.exec = connection.exec;
    this.closed = connection.closed;
  }

  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Names that are being dialled. */
  get pendingNames(): readonly string[] {
    return [...this.#pending].flatMap(({ name }) => (name === undefined ? [] : [name]));
  }

  readonly dial: Dial = (to, signal) =>
    this.#ask(this.#connection.dial(to, signal), {
      name: nameOf(to),
      take: (stream) => this.#open(stream),
      discard: (late) => late.destroy(),
    });

  /** Standard input and output of a command, which relays one connection of a forward. */
  relayBy(relay: ContainerRelay, signal: AbortSignal): Promise<Duplex> {
    return this.#ask(relayStream(this.#connection.exec, relay, signal), {
      take: (stream) => this.#open(stream),
      discard: (late) => late.destroy(),
    });
  }

  readonly listenRemote: ListenRemote = (bind, onConnection, signal) => {
    const onStream = (incoming: IncomingConnection): void =>
      onConnection({
        originHost: incoming.originHost,
        originPort: incoming.originPort,
        accept: () => this.#open(incoming.accept()),
        reject: () => incoming.reject(),
      });
    return this.#ask(this.#connection.listenRemote(bind, onStream, signal), { discard: (late) => void late.close() });
  };

  ping(signal: AbortSignal): Promise<number> {
    return this.#ask(this.#connection.ping(signal), { discard: () => undefined });
  }

  signOfLife(signal: AbortSignal): Promise<void> {
    return this.#connection.signOfLife(signal);
  }

  retransmits(): Promise<number | undefined> {
    return this.#connection.retransmits();
  }

  giveUp(): void {
    this.#connection.giveUp();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Another connection takes its place: what waits for an answer rejects with `linkLost`, dials to names go on. */
  retire(): void {
    this.#isRetired = true;
    for (const each of this.#pending) {
      if (each.name !== undefined) continue;
      this.#pending.delete(each);
      each.leave();
    }
    this.#settle();
  }

  /** Settles when no stream is open or being opened, now or later. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#settle();
    });
  }

  /** Leaves the answer when another connection takes the place of this one; a late answer goes to `discard`. */
  #ask<T>(answer: Promise<T>, { name, take = (value) => value, discard }: Question<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const own: Pending = { name, leave: () => reject(linkLost()) };
      this.#pending.add(own);
      const answered = (act: () => void): void => {
        act();
        this.#pending.delete(own);
        this.#settle();
      };
      answer.then(
        (value) => answered(() => (this.#pending.has(own) ? resolve(take(value)) : discard(value))),
        (error: Error) => answered(() => reject(error)),
      );
    });
  }

  #open(stream: Duplex): Duplex {
    this.#streams++;
    stream.once('close', () => {
      this.#streams--;
      this.#settle();
    });
    return stream;
  }

  #settle(): void {
    if (this.#streams > 0 || this.#pending.size > 0) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle = [];
  }
}

/** A name that the server has to resolve, which may take long. Undefined for addresses, sockets and the server itself. */
export function nameOf(to: Endpoint): string | undefined {
  if (to.kind === 'unix' || to.host === 'localhost' || isIP(to.host) !== 0) return undefined;
  return to.host;
}
