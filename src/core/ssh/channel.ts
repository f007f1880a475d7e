import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { windowsOf } from './internals.ts';

/** Held here for a reader or a writer that is slower than the link; the window holds the rest. */
const BUFFER_BYTES = 256 * 1024;
/** ssh2 grants this much to a channel, and more only after half of it is used … */
const WINDOW_BYTES = 2 * 1024 * 1024;
/** … which leaves a distant sender idle. Granting after this much keeps it busy. */
const GRANT_BYTES = 128 * 1024;

/**
 * An ssh2 channel as a well-behaved Node stream: `end()` is our EOF, `'end'` the peer's, `destroy()` closes the
 * channel. When the peer has closed the whole channel (RFC 4254 §5.3), what it sent is still delivered, what we write is
 * dropped, and after `'end'` the stream closes without an error.
 */
export class ChannelStream extends Duplex {
  readonly #channel: ClientChannel;
  readonly #grant: (channel: number, bytes: number) => void;
  readonly #batch: () => void;
  readonly #sending: (bytes: number) => void;
  #isClosedByPeer = false;
  /** The callback of the write or `end` under way: ssh2 forgets it when the peer closes. */
  #pending: (() => void) | undefined;

  constructor(
    channel: ClientChannel,
    link: {
      /** Sends SSH_MSG_CHANNEL_WINDOW_ADJUST. */
      readonly grant: (channel: number, bytes: number) => void;
      /** Called before packets are written: those of one tick may leave together. */
      readonly batch: () => void;
      /** Told how many bytes go out. */
      readonly sending: (bytes: number) => void;
    },
  ) {
    super({ allowHalfOpen: true, highWaterMark: BUFFER_BYTES });
    this.#channel = channel;
    this.#grant = link.grant;
    this.#batch = link.batch;
    this.#sending = link.sending;
    this.on('error', ignore); // a stream that nobody listens to yet must not end the process
    channel.on('error', ignore);
    channel.stderr.on('error', ignore);
    channel.on('data', (chunk: Buffer) => this.#onData(chunk));
    channel.on('end', () => this.push(null));
    channel.on('close', () => this.#onClosedByPeer());
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk, done);
  }

  /** Chunks that piled up while the window was closed go out in the fewest packets. */
  override _writev(
    chunks: readonly { readonly chunk: Buffer; readonly encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#isClosedByPeer) {
      done();
      return;
    }
    this.#batch();
    this.#channel.end(this.#once(done));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // A command that closed its output may still run, and its status is to come: the server closes that channel.
    const isFinished = this.readableEnded && this.writableFinished;
    if (!isFinished || this.#channel.type !== 'session') this.abandon();
    done(error);
  }

  /** Closes the channel, whatever is under way. What still arrives has to be read, or it never closes on our side. */
  abandon(): void {
    this.#channel.resume();
    this.#channel.stderr.resume();
    this.#batch();
    this.#channel.close();
  }

  #send(bytes: Buffer, done: () => void): void {
    if (this.#isClosedByPeer) {
      done();
      return;
    }
    this.#batch();
    this.#sending(bytes.length);
    this.#channel.write(bytes, this.#once(done));
  }

  #onData(chunk: Buffer): void {
    if (this.destroyed) return;
    if (!this.push(chunk)) {
      this.#channel.pause();
      return;
    }
    const { incoming, outgoing } = windowsOf(this.#channel);
    const bytes = WINDOW_BYTES - incoming.window;
    if (bytes < GRANT_BYTES || outgoing.state === 'closed') return;
    incoming.window += bytes;
    this.#batch();
    this.#grant(outgoing.id, bytes);
  }

  #onClosedByPeer(): void {
    this.#isClosedByPeer = true;
    this.#pending?.();
    if (this.readableEnded) this.destroy();
    else this.once('end', () => this.destroy());
  }

  #once(done: () => void): () => void {
    const settle = (): void => {
      if (this.#pending !== settle) return;
      this.#pending = undefined;
      done();
    };
    this.#pending = settle;
    return settle;
  }
}

function ignore(): void {
  // The stream's own 'close' and the link's end say what happened.
}
