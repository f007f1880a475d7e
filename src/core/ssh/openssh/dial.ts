import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { abortable } from '../../../base/delay.ts';
import { Queue } from '../../../base/queue.ts';
import type { Scope } from '../../../base/scope.ts';
import { errorText, UserError } from '../../../base/userError.ts';
import type { Exec } from '../../detect/exec.ts';
import type { Dial, DialProblem, ListenRemote, ListenRemoteProblem } from '../../forward/dial.ts';
import { formatBind, formatEndpoint } from '../../spec/grammar.ts';
import { PendingCancellations } from '../pendingCancellations.ts';
import { linkLost } from '../linkLost.ts';
import type { Master } from './connect.ts';
import type { Opening } from './log.ts';

/** A control command is answered by the master itself, except that `-R` asks the server. */
const CONTROL_MS = 10_000;

/** One forward a destination, from a Unix socket of ours; each dial is a connection to it. */
export function opensshDial(master: Master): Dial {
  const sockets = new Map<string, Promise<string>>();
  let count = 0;
  // For all who dial the same destination, so none of their signals ends it.
  const forward = async (destination: string): Promise<string> => {
    const socketPath = path.join(master.folder, `l${count++}`);
    await master.control(['-O', 'forward', '-L', `${socketPath}:${destination}`], AbortSignal.timeout(CONTROL_MS));
    return socketPath;
  };
  // One after the other: so it is known whom the log speaks of, and the master's backlog never overflows.
  const queue = new Queue();
  const connect = (socketPath: string): Promise<Opening & { readonly socket: net.Socket }> =>
    queue.run(async () => {
      const accepted = master.log.accepted();
      const socket = net.connect({ path: socketPath, allowHalfOpen: true });
      socket.on('error', () => undefined);
      const limit = AbortSignal.any([master.lost, AbortSignal.timeout(CONTROL_MS)]);
      try {
        await once(socket, 'connect', { signal: limit });
        return { socket, ...(await abortable(accepted, limit)) };
      } catch (error) {
        socket.destroy();
        throw error;
      }
    });
  return async (to, signal) => {
    signal.throwIfAborted();
    const destination = formatEndpoint(to);
    const limit = AbortSignal.any([signal, master.lost]);
    let connected: ReturnType<typeof connect> | undefined;
    try {
      const socketPath = sockets.get(destination) ?? forward(destination);
      sockets.set(destination, socketPath);
      socketPath.catch(() => undefined); // whoever wanted it may be gone by then
      connected = connect(await abortable(socketPath, limit));
      const { socket, answer } = await abortable(connected, limit);
      const answered = await abortable(answer, limit);
      if (answered.kind === 'opened') return new MasterStream(socket, master);
      throw new UserError<DialProblem>({ code: answered.code, to, detail: answered.detail });
    } catch (error) {
      void connected?.then(({ socket }) => socket.destroy()).catch(() => undefined);
      limit.throwIfAborted();
      if (error instanceof UserError) throw error;
      sockets.delete(destination);
      if (!(await master.isAlive())) throw linkLost();
      throw new UserError<DialProblem>({ code: 'channelRefused', to, detail: errorText(error) }, { cause: error });
    }
  };
}

/**
 * Once to the server and back, without a session: those a server may refuse, or answer with a program that never ends.
 * Whatever it says of a socket at a path that can be none is an answer.
 */
export function opensshRoundTrip(dial: Dial): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    try {
      (await dial({ kind: 'unix', path: '/' }, signal)).destroy();
    } catch (error) {
      const isAnswer = error instanceof UserError && error.problem.code !== 'linkLost';
      if (!isAnswer) throw error;
    }
  };
}

export function opensshExec(master: Master): Exec {
  return async (command, signal) => {
    signal.throwIfAborted();
    if (!(await master.isAlive())) throw linkLost();
    const child = master.run(['-T'], command);
    const { stdin, stdout, stderr } = child;
    for (const stream of [stdin, stdout, stderr]) stream.on('error', () => undefined);
    const exit = new Promise<{ status: number | undefined }>((resolve) => {
      child.once('close', (status) => resolve({ status: status ?? undefined }));
      child.once('error', () => resolve({ status: undefined }));
    });
    return { stdin, stdout, stderr, exit, close: () => void child.kill('SIGTERM') };
  };
}

export function opensshListenRemote(
  master: Master,
  roundTrip: (signal: AbortSignal) => Promise<void>,
  scope: Scope,
): ListenRemote {
  const cancellations = new PendingCancellations();
  /** What the server refused: ssh goes on leading that address to the same place once the server agrees. */
  const refused = new Map<string, string>();
  let count = 0;
  return async (bind, onConnection, signal) => {
    await cancellations.settled(signal);
    const socketPath = refused.get(formatBind(bind)) ?? path.join(master.folder, `r${count++}`);
    refused.delete(formatBind(bind));
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      socket.on('error', () => undefined);
      onConnection({
        originHost: '',
        originPort: 0,
        accept: () => new MasterStream(socket, master),
        reject: () => socket.destroy(),
      });
    });
    server.listen(socketPath);
    await once(server, 'listening');
    scope.defer(() => server.close());
    const spec = `${formatBind(bind)}:${socketPath}`;
    const cancel = async (): Promise<void> => {
      server.close();
      const limit = AbortSignal.timeout(CONTROL_MS);
      try {
        await master.control(['-O', 'cancel', '-R', spec], limit);
        await roundTrip(limit); // ssh does not wait for the server to be done with it
      } catch {
        // A master that is gone holds nothing any more.
      }
    };
    // What has been asked for is not taken back by going away.
    const asked = master.control(['-O', 'forward', '-R', spec], AbortSignal.timeout(CONTROL_MS));
    try {
      const output = await abortable(asked, signal);
      const port = bind.kind === 'unix' ? 0 : bind.port || Number(/\d+/.exec(output)?.[0] ?? 0);
      let closing: Promise<void> | undefined;
      return { port, close: () => (closing ??= cancel()) };
    } catch (error) {
      server.close();
      if (signal.aborted) cancellations.add(asked.then(cancel));
      signal.throwIfAborted();
      if (!(await master.isAlive())) throw linkLost();
      refused.set(formatBind(bind), socketPath);
      throw new UserError<ListenRemoteProblem>({ code: 'remoteBindRefused', bind }, { cause: error });
    }
  };
}

/** A connection to the master. When the master dies, the system ends it cleanly; here that becomes the error that it is. */
class MasterStream extends Duplex {
  readonly #socket: net.Socket;

  constructor(socket: net.Socket, master: Master) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.once('end', () => {
      void master.isAlive().then((isAlive) => (isAlive ? this.push(null) : this.destroy(linkLost())));
    });
    socket.once('close', () => socket.readableEnded || this.destroy(linkLost()));
    const onLost = (): void => void this.destroy(this.readableEnded ? undefined : linkLost());
    master.lost.addEventListener('abort', onLost);
    this.once('close', () => master.lost.removeEventListener('abort', onLost));
    if (master.lost.aborted) onLost();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, (error) => done(error));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
