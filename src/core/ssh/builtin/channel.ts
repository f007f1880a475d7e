import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { windowsOf } from './internals.ts';
import { FIRST_WINDOW_BYTES, nextWindow, withSample } from './receiveWindow.ts';

/** The stream buffers this much for a reader or writer slower than the connection. The window limits the rest. */
const BUFFER_BYTES = 256 * 1024;
/** ssh2 grants more only after half of the window is used, which stalls a distant sender. Smaller grants keep it busy. */
const GRANT_BYTES = 128 * 1024;

/** What a channel needs of the client that carries it. */
export interface ChannelCarrier {
  /** Sends SSH_MSG_CHANNEL_WINDOW_ADJUST. */
  readonly grant: (channel: number, bytes: number) => void;
  /** Call it before writing packets: all packets of one tick leave together. */
  readonly batch: () => void;
  /** Reports how many bytes go out. */
  readonly sending: (bytes: number) => void;
  /** One round trip of the connection when it is quiet. */
  readonly rttMs: () => number;
  /** Whether other forwarded channels receive data too. */
  readonly isShared: (own: ChannelStream) => boolean;
  /**
   * Takes up to this much from the spare window that all channels of the client share, and returns the amount. The client
   * takes it back at the stream's 'close'.
   */
  readonly takeWindow: (bytes: number) => number;
}

/**
 * An ssh2 channel as a well-behaved Node stream: `end()` sends our EOF, `'end'` is the peer's EOF, and `destroy()` closes
 * the channel. After the peer has closed the channel (RFC 4254 §5.3), the stream still delivers the data that arrived
 * before, drops our writes, and closes without an error after `'end'`.
 */
export class ChannelStream extends Duplex {
  readonly #channel: ClientChannel;
  readonly #carrier: ChannelCarrier;
  #windowBytes = FIRST_WINDOW_BYTES;
  /** What the peer may still send of it. */
  #grantedBytes = FIRST_WINDOW_BYTES;
  #receivedBytes = 0;
  #receivedSinceMs = performance.now();
  #heardMs = -Infinity;
  #perRoundTrip: readonly number[] = [];
  #isClosedByPeer = false;
  /** The callback of the running write or `end`. ssh2 never calls it when the peer closes the channel. */
  #pending: (() => void) | undefined;

  constructor(channel: ClientChannel, carrier: ChannelCarrier) {
    super({ allowHalfOpen: true, highWaterMark: BUFFER_BYTES });
    this.#channel = channel;
    this.#carrier = carrier;
    this.on('error', ignore); // CAUTION: an 'error' without a listener would end the process
    // A command may run on without input and output, and the server closes its channel after its exit status. ssh2's own
    // stream would close it as soon as both directions have ended, and sshd then sends no status.
    channel.destroy = () => (channel.type === 'session' ? channel : closeEnded(channel));
    channel.on('error', ignore);
    channel.stderr.on('error', ignore);
    // ssh2 would grant up to 2 MiB again and again. A session needs that: its window counts stderr too.
    if (channel.type !== 'session') windowsOf(channel).incoming.window = Infinity;
    channel.on('data', (chunk: Buffer) => this.#onData(chunk));
    channel.on('end', () => this.push(null));
    channel.on('close', () => this.#onClosedByPeer());
  }

  /** How many unread bytes the peer may have sent. */
  get windowBytes(): number {
    return this.#windowBytes;
  }

  /** When a connection that it forwards was heard of last, by `performance.now()`. */
  get heardMs(): number {
    return this.#channel.type === 'session' ? -Infinity : this.#heardMs;
  }

  override _read(): void {
    this.#channel.resume();
    this.#grant(); // the last data before the pause may have used up the window
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk, done);
  }

  /** Joins the chunks that waited for the window, so that they leave in the fewest packets. */
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
    this.#carrier.batch();
    this.#channel.end(this.#once(done));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // A command that closed its output may still run and has an exit status to send. The server closes that channel.
    const isFinished = this.readableEnded && this.writableFinished;
    if (!isFinished || this.#channel.type !== 'session') this.abandon();
    done(error);
  }

  abandon(): void {
    this.#carrier.batch();
    abandon(this.#channel);
  }

  #send(bytes: Buffer, done: () => void): void {
    if (this.#isClosedByPeer) {
      done();
      return;
    }
    this.#carrier.batch();
    this.#carrier.sending(bytes.length);
    this.#channel.write(bytes, this.#once(done));
  }

  #onData(chunk: Buffer): void {
    if (this.destroyed) return;
    this.#receivedBytes += chunk.length;
    this.#grantedBytes -= chunk.length;
    if (!this.push(chunk)) {
      this.#channel.pause();
      return;
    }
    this.#adjustWindow();
    this.#grant();
  }

  #grant(): void {
    const { outgoing } = windowsOf(this.#channel);
    const bytes = this.#windowBytes - this.#grantedBytes;
    if (bytes < Math.min(GRANT_BYTES, this.#windowBytes / 8)) return;
    if (this.#channel.type === 'session' || outgoing.state === 'closed') return;
    this.#grantedBytes += bytes;
    this.#carrier.batch();
    this.#carrier.grant(outgoing.id, bytes);
  }

  #adjustWindow(): void {
    const nowMs = performance.now();
    this.#heardMs = nowMs;
    const elapsedMs = nowMs - this.#receivedSinceMs;
    const rttMs = this.#carrier.rttMs();
    if (elapsedMs < rttMs) return;
    const windowBytes = this.#windowBytes;
    this.#perRoundTrip = withSample(this.#perRoundTrip, (this.#receivedBytes * rttMs) / elapsedMs);
    const isShared = this.#carrier.isShared(this);
    const next = nextWindow({ windowBytes, perRoundTrip: this.#perRoundTrip, isShared, rttMs });
    if (next !== windowBytes) this.#windowBytes += this.#carrier.takeWindow(next - windowBytes);
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
 * Closes a channel in any state. Arriving data must still be read, because ssh2 closes the channel only after its data.
 * CAUTION: ssh2 must not grant more window for it. The server may have given the channel's number to a new channel
 * (RFC 4254 §5.3). That channel could then send more than its window, and dropbear would end the connection.
 */
export function abandon(channel: ClientChannel): void {
  windowsOf(channel).incoming.window = Infinity;
  channel.resume();
  channel.stderr.resume();
  channel.close();
}

/** Like ssh2's `destroy`, without a second `end`, for which Node makes an error for every connection. */
function closeEnded(channel: ClientChannel): ClientChannel {
  if (!channel.writableEnded) channel.end();
  channel.close();
  return channel;
}

function ignore(): void {
  // The stream's 'close' and the client's end report the failure.
}
