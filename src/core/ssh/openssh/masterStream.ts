import type net from 'node:net';
import { Duplex } from 'node:stream';
import { linkLost } from '../linkLost.ts';
import type { Master } from './master.ts';

/**
 * A socket to the master, as the stream of one channel. When the master dies, the system ends the socket cleanly. This
 * stream then ends with an error.
 */
export class MasterStream extends Duplex {
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
