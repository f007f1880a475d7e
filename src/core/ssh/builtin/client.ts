import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { batchWrites } from '../../../base/batchWrites.ts';
import { abortable, after } from '../../../base/delay.ts';
import { ChannelStream } from './channel.ts';
import type { ConnectionEnd } from '../connection.ts';
import { linkLost } from '../linkLost.ts';
import { retransmits } from '../route/retransmits.ts';
import { globalReplies, protocolOf } from './internals.ts';
import { onMessage } from './received.ts';
import { FIRST_WINDOW_BYTES, SPARE_WINDOW_BYTES } from './receiveWindow.ts';

/** A channel that received nothing for this long does not count as receiving. */
const SHARED_MS = 1000;
const GOODBYE_MS = 1000;
/** SSH_MSG_UNIMPLEMENTED */
const UNIMPLEMENTED = 3;

/** An authenticated ssh2 client and its open channels: the state that they share, and the end of them all. */
export class SshClient {
  readonly ssh2: Client;
  readonly closed: Promise<ConnectionEnd>;
  readonly #socket: Duplex;
  readonly #streams = new Set<ChannelStream>();
  /** Functions that reject the requests that wait for an answer. */
  readonly #waiting = new Set<(lost: Error) => void>();
  #settle: (end: ConnectionEnd) => void = () => undefined;
  #end: ConnectionEnd | undefined;
  #isClosing = false;
  /** The fastest answer so far. Slower answers waited behind other data. */
  #rttMs = Infinity;
  #spareWindowBytes = SPARE_WINDOW_BYTES;
  #onSent: (bytes: number) => void = () => undefined;

  constructor(ssh2: Client, socket: Duplex) {
    this.ssh2 = ssh2;
    this.#socket = socket;
    this.batch = batchWrites(socket);
    this.closed = new Promise((resolve) => (this.#settle = resolve));
    // The answer to a request that the server does not implement (RFC 4253 §11.4), such as a ping. It answers in order.
    onMessage(ssh2, (message) => message[0] === UNIMPLEMENTED && globalReplies(ssh2).shift()?.(true));
    ssh2.on('error', (error) => this.end({ kind: 'lost', why: 'error', detail: error.message }));
    ssh2.on('close', () => this.end(this.#isClosing ? { kind: 'closed' } : { kind: 'lost', why: 'ended', detail: '' }));
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /**
   * Ends the connection at once. The first call decides which end is reported. All channels end with an error, whereas
   * ssh2 would end them cleanly.
   */
  end(end: ConnectionEnd): void {
    if (this.#end) return;
    this.#end = end;
    for (const reject of this.#waiting) reject(linkLost());
    for (const stream of this.#streams) stream.destroy(linkLost());
    this.#socket.destroy();
    this.#settle(end);
  }

  /** Sends SSH_MSG_DISCONNECT (RFC 4253 §11.1), and gives the server a moment to close the connection. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (!this.isOpen) return;
    const timer = after(GOODBYE_MS, () => this.end({ kind: 'closed' }));
    this.ssh2.end();
    await this.closed;
    clearTimeout(timer);
  }

  /** Sends everything written in this turn of the event loop in one piece. */
  readonly batch: () => void;

  /** Calls `heard` with every chunk that arrives. CAUTION: the next chunk may reuse its memory. */
  onData(heard: (chunk: Buffer) => void): void {
    this.#socket.on('data', heard);
  }

  /** Calls `sending` with the size of each piece of data that a channel is about to send. Replaces the last callback. */
  onSent(sending: (bytes: number) => void): void {
    this.#onSent = sending;
  }

  /** Turns an open channel into a stream that ends with this client. */
  streamOf(channel: ClientChannel): ChannelStream {
    const protocol = protocolOf(this.ssh2);
    const stream = new ChannelStream(channel, {
      batch: this.batch,
      sending: (bytes) => this.#onSent(bytes),
      grant: (id, bytes) => protocol.channelWindowAdjust(id, bytes),
      rttMs: () => this.#rttMs,
      isShared: (own) => {
        const sinceMs = performance.now() - SHARED_MS;
        for (const other of this.#streams) if (other !== own && other.heardMs > sinceMs) return true;
        return false;
      },
      takeWindow: (bytes) => {
        const taken = Math.min(bytes, this.#spareWindowBytes);
        this.#spareWindowBytes -= taken;
        return taken;
      },
    });
    this.#streams.add(stream);
    stream.once('close', () => {
      this.#streams.delete(stream);
      this.#spareWindowBytes += stream.windowBytes - FIRST_WINDOW_BYTES;
    });
    if (!this.isOpen) stream.destroy(linkLost());
    return stream;
  }

  /**
   * Asks ssh2 for something that calls back. Nobody can take a request back, so a value that comes after the caller gave
   * up goes to `discard`. The callback may never come when the connection is lost.
   */
  async request<T>(
    ask: (answer: (error: Error | null | undefined, value: T) => void) => void,
    discard: (value: T) => void,
    signal: AbortSignal,
  ): Promise<T> {
    if (!this.isOpen) throw linkLost();
    let lose: (lost: Error) => void = () => undefined;
    const answered = new Promise<T>((resolve, reject) => {
      lose = reject;
      this.#waiting.add(lose);
      try {
        const askedAt = performance.now();
        ask((error, value) => {
          if (this.isOpen) this.#rttMs = Math.min(this.#rttMs, performance.now() - askedAt);
          if (error) reject(this.isOpen ? error : linkLost());
          else resolve(value);
        });
      } catch (error) {
        reject(linkLost({ cause: error })); // ssh2 throws when the socket is closing
      }
    });
    try {
      return await abortable(answered, signal);
    } catch (error) {
      answered.then(discard, () => undefined);
      throw error;
    } finally {
      this.#waiting.delete(lose);
    }
  }

  async ping(signal: AbortSignal): Promise<number> {
    const sentAt = performance.now();
    await this.request<void>(
      (answer) => {
        globalReplies(this.ssh2).push((failure) => answer(failure instanceof Error ? failure : undefined));
        protocolOf(this.ssh2).ping();
      },
      () => undefined,
      signal,
    );
    return performance.now() - sentAt;
  }

  /** See `Connection.signOfLife`. */
  async signOfLife(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    try {
      const data = once(this.#socket, 'data', { signal: over.signal });
      data.catch(() => undefined);
      await Promise.race([this.ping(AbortSignal.any([signal, over.signal])), data]);
    } finally {
      over.abort();
    }
  }

  /** See `Connection.retransmits`. */
  async retransmits(): Promise<number | undefined> {
    return this.#socket instanceof net.Socket ? retransmits(this.#socket) : undefined;
  }
}
