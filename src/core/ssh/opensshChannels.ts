import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { abortable } from '../../base/delay.ts';
import type { Scope } from '../../base/scope.ts';
import { UserError } from '../../base/userError.ts';
import type { Exec } from '../detect/exec.ts';
import type { Dial, DialProblem, ListenRemote, ListenRemoteProblem } from '../forward/dial.ts';
import type { Bind, Endpoint } from '../forward/spec.ts';
import { linkLost } from './link.ts';
import type { Master } from './openssh.ts';

/** A control command is answered by the master itself, except that `-R` asks the server. */
const CONTROL_MS = 10_000;

/**
 * One forward a destination, from a Unix socket of ours; each dial is a connection to it. What ssh(1) cannot tell: a
 * refused destination looks like one that closes at once.
 */
export function opensshDial(master: Master): Dial {
  const sockets = new Map<string, Promise<string>>();
  let count = 0;
  // For all who dial the same destination, so none of their signals ends it.
  const forward = async (destination: string): Promise<string> => {
    const socketPath = path.join(master.folder, `l${count++}`);
    await master.control(['-O', 'forward', '-L', `${socketPath}:${destination}`], AbortSignal.timeout(CONTROL_MS));
    return socketPath;
  };
  return async (to, signal) => {
    signal.throwIfAborted();
    const destination = written(to);
    try {
      const socketPath = sockets.get(destination) ?? forward(destination);
      sockets.set(destination, socketPath);
      const socket = net.connect({ path: await abortable(socketPath, signal), allowHalfOpen: true });
      socket.on('error', () => undefined);
      await once(socket, 'connect', { signal });
      return new MasterStream(socket, master);
    } catch (error) {
      signal.throwIfAborted();
      sockets.delete(destination);
      if (!(await master.isAlive())) throw linkLost();
      const detail = error instanceof Error ? error.message : '';
      throw new UserError<DialProblem>({ code: 'channelRefused', to, detail }, { cause: error });
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

export function opensshListenRemote(master: Master, scope: Scope): ListenRemote {
  let count = 0;
  return async (bind, onConnection, signal) => {
    const socketPath = path.join(master.folder, `r${count++}`);
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
    const spec = `${writtenBind(bind)}:${socketPath}`;
    try {
      const output = await master.control(['-O', 'forward', '-R', spec], signal);
      const port = bind.kind === 'unix' ? 0 : bind.port || Number(/\d+/.exec(output)?.[0] ?? 0);
      let closing: Promise<void> | undefined;
      const close = async (): Promise<void> => {
        server.close();
        const limit = AbortSignal.timeout(CONTROL_MS);
        try {
          await master.control(['-O', 'cancel', '-R', spec], limit);
          await master.control(['-T'], limit, ':'); // ssh does not wait for the server to be done with it
        } catch {
          // A master that is gone holds nothing any more.
        }
      };
      return { port, close: () => (closing ??= close()) };
    } catch (error) {
      server.close();
      signal.throwIfAborted();
      if (!(await master.isAlive())) throw linkLost();
      throw new UserError<ListenRemoteProblem>({ code: 'remoteBindRefused', bind }, { cause: error });
    }
  };
}

function written(to: Endpoint): string {
  return to.kind === 'unix' ? to.path : `${bracketed(to.host)}:${to.port}`;
}

function writtenBind(bind: Bind): string {
  if (bind.kind === 'unix') return bind.path;
  return bind.host === undefined ? String(bind.port) : `${bracketed(bind.host)}:${bind.port}`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
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
    void master.closed.then(() => this.destroy(this.readableEnded ? undefined : linkLost()));
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
