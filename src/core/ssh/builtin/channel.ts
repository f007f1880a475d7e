import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { windowsOf } from './internals.ts';
import { FIRST_WINDOW_BYTES, nextWindow } from './receiveWindow.ts';

/** Held here for a reader or a writer that is slower than the link; the window holds the rest. */
const BUFFER_BYTES = 256 * 1024;
/** ssh2 grants more only after half of the window is used, which leaves a distant sender idle. This keeps it busy. */
const GRANT_BYTES = 128 * 1024;

/** What a channel needs of the link that carries it. */
export interface ChannelLink {
  /** Sends SSH_MSG_CHANNEL_WINDOW_ADJUST. */
  readonly grant: (channel: number, bytes: number) => void;
  /** Called before packets are written: those of one tick may leave together. */
  readonly batch: () => void;
  /** Told how many bytes go out. */
  readonly sending: (bytes: number) => void;
  /** One round trip of the link when it is quiet. */
  readonly rttMs: () => number;
  /** Takes so much, or what there is, from what the windows of all its channels may grow by. Back at 'close'. */
  readonly takeWindow: (bytes: number) => number;
}

/**
 * An ssh2 channel as a well-behaved Node stream: `end()` is our EOF, `'end'` the peer's, `destroy()` closes the
 * channel. When the peer has closed the whole channel (RFC 4254 §5.3), what it sent is still delivered, what we write is
 * dropped, and after `'end'` the stream closes without an error.
 */
export class ChannelStream extends Duplex {
  readonly #channel: ClientChannel;
  readonly #link: ChannelLink;
  #windowBytes = FIRST_WINDOW_BYTES;
  #receivedBytes = 0;
  #receivedSinceMs = performance.now();
  #isClosedByPeer = false;
  /** The callback of the write or `end` under way: ssh2 forgets it when the peer closes. */
  #pending: (() => void) | undefined;

  constructor(channel: ClientChannel, link: ChannelLink) {
    super({ allowHalfOpen: true, highWaterMark: BUFFER_BYTES });
    this.#channel = channel;
    this.#link = link;
    this.on('error', ignore); // a stream that nobody listens to yet must not end the process
    channel.on('error', ignore);
    channel.stderr.on('error', ignore);
    channel.on('data', (chunk: Buffer) => this.#onData(chunk));
    channel.on('end', () => this.push(null));
    channel.on('close', () => this.#onClosedByPeer());
  }

  /** How much the peer may have sent that we have not taken yet. */
  get windowBytes(): number {
    return this.#windowBytes;
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
    this.#link.batch();
    this.#channel.end(this.#once(done));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // A command that closed its output may still run, and its status is to come: the server closes that channel.
    const isFinished = this.readableEnded && this.writableFinished;
    if (!isFinished || this.#channel.type !== 'session') this.abandon();
    done(error);
  }

  abandon(): void {
    this.#link.batch();
    abandon(this.#channel);
  }

  #send(bytes: Buffer, done: () => void): void {
    if (this.#isClosedByPeer) {
      done();
      return;
    }
    this.#link.batch();
    this.#link.sending(bytes.length);
    this.#channel.write(bytes, this.#once(done));
  }

  #onData(chunk: Buffer): void {
    if (this.destroyed) return;
    if (!this.push(chunk)) {
      this.#channel.pause();
      return;
    }
    this.#growWindow(chunk.length);
    const { incoming, outgoing } = windowsOf(this.#channel);
    const bytes = this.#windowBytes - incoming.window;
    if (bytes < GRANT_BYTES || outgoing.state === 'closed') return;
    incoming.window += bytes;
    this.#link.batch();
    this.#link.grant(outgoing.id, bytes);
  }

  #growWindow(bytes: number): void {
    this.#receivedBytes += bytes;
    const elapsedMs = performance.now() - this.#receivedSinceMs;
    const rttMs = this.#link.rttMs();
    if (elapsedMs < rttMs) return;
    const windowBytes = this.#windowBytes;
    const next = nextWindow({ windowBytes, receivedBytes: this.#receivedBytes, elapsedMs, rttMs });
    if (next > windowBytes) this.#windowBytes += this.#link.takeWindow(next - windowBytes);
    this.#receivedBytes = 0;
    this.#receivedSinceMs += elapsedMs;
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

/**
 * Closes a channel, whatever is under way. What still arrives has to be read, or it never closes on our side. ssh2 must
 * not grant more for it: the server may have given its number to another channel by then (RFC 4254 §5.3), which could
 * send more than we take, and dropbear ends the connection.
 */
export function abandon(channel: ClientChannel): void {
  windowsOf(channel).incoming.window = Infinity;
  channel.resume();
  channel.stderr.resume();
  channel.close();
}

function ignore(): void {
  // The stream's own 'close' and the link's end say what happened.
}
