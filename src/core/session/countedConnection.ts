import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Dial, IncomingConnection, ListenRemote } from '../forward/dial.ts';
import type { Endpoint } from '../spec/spec.ts';
import type { Connection } from '../ssh/connection.ts';
import { linkLost } from '../ssh/linkLost.ts';

/**
 * A connection that knows which streams of forwards are open on it, or being opened. When another connection takes its
 * place, the streams that are open stay, and what is being opened is opened on the other one: except to a name, which the
 * server may be resolving right now. Asked again, it would hold up the other connection as well.
 */
export interface CountedConnection extends Connection {
  readonly isRetired: boolean;
  /** Names that are being dialled. */
  readonly pendingNames: readonly string[];
  /** Another connection takes its place: what waits for an answer rejects with `linkLost`, dials to names go on. */
  retire(): void;
  /** Settles when no stream is open or being opened, now or later. */
  idle(): Promise<void>;
}

export function countStreams(connection: Connection): CountedConnection {
  const pending = new Set<Pending>();
  let streams = 0;
  let isRetired = false;
  let onIdle: (() => void)[] = [];
  const open = (stream: Duplex): Duplex => {
    streams++;
    stream.once('close', () => {
      streams--;
      settle();
    });
    return stream;
  };
  const settle = (): void => {
    if (streams > 0 || pending.size > 0) return;
    for (const resolve of onIdle) resolve();
    onIdle = [];
  };
  /** Leaves the answer when another connection takes the place of this one; a late answer goes to `discard`. */
  const ask = <T>(answer: Promise<T>, name: string | undefined, discard: (late: T) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      const own: Pending = { name, leave: () => reject(linkLost()) };
      pending.add(own);
      const answered = (act: () => void): void => {
        act();
        pending.delete(own);
        settle();
      };
      answer.then(
        (value) => answered(() => (pending.has(own) ? resolve(value) : discard(value))),
        (error: Error) => answered(() => reject(error)),
      );
    });
  const dial: Dial = async (to, signal) =>
    open(await ask(connection.dial(to, signal), nameOf(to), (late) => late.destroy()));
  const listenRemote: ListenRemote = (bind, onConnection, signal) => {
    const onStream = (incoming: IncomingConnection): void =>
      onConnection({
        originHost: incoming.originHost,
        originPort: incoming.originPort,
        accept: () => open(incoming.accept()),
        reject: () => incoming.reject(),
      });
    return ask(connection.listenRemote(bind, onStream, signal), undefined, (late) => void late.close());
  };
  return {
    ...connection,
    dial,
    listenRemote,
    ping: (signal) => ask(connection.ping(signal), undefined, () => undefined),
    get isRetired() {
      return isRetired;
    },
    get pendingNames() {
      return [...pending].flatMap(({ name }) => (name === undefined ? [] : [name]));
    },
    retire: () => {
      isRetired = true;
      for (const each of pending) {
        if (each.name !== undefined) continue;
        pending.delete(each);
        each.leave();
      }
      settle();
    },
    idle: () =>
      new Promise((resolve) => {
        onIdle.push(resolve);
        settle();
      }),
  };
}

interface Pending {
  readonly name: string | undefined;
  readonly leave: () => void;
}

/** A name that the server has to resolve, which may take long. Undefined for addresses, sockets and the server itself. */
export function nameOf(to: Endpoint): string | undefined {
  if (to.kind === 'unix' || to.host === 'localhost' || isIP(to.host) !== 0) return undefined;
  return to.host;
}
