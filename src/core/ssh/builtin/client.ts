import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { abortable, deadline } from '../../../base/delay.ts';
import { ChannelStream } from './channel.ts';
import type { ConnectionEnd } from '../connection.ts';
import { linkLost } from '../linkLost.ts';
import { globalReplies, protocolOf } from './internals.ts';
import { FIRST_WINDOW_BYTES, SPARE_WINDOW_BYTES } from './receiveWindow.ts';

const GOODBYE_MS = 1000;

/** An authenticated ssh2 client and its open channels: what they share, and what ends them all. */
export class SshClient {
  readonly client: Client;
  readonly closed: Promise<ConnectionEnd>;
  readonly #socket: Duplex;
  readonly #streams = new Set<ChannelStream>();
  readonly #lost = new AbortController();
  #settle: (end: ConnectionEnd) => void = () => undefined;
  #end: ConnectionEnd | undefined;
  #isClosing = false;
  #isCorked = false;
  /** The fastest answer yet: the others had to wait for something. */
  #rttMs = Infinity;
  #spareWindowBytes = SPARE_WINDOW_BYTES;
  #onSent: (bytes: number) => void = () => undefined;

  constructor(client: Client, socket: Duplex) {
    this.client = client;
    this.#socket = socket;
    this.closed = new Promise((resolve) => (this.#settle = resolve));
    client.on('error', (error) => this.lose({ kind: 'lost', why: 'error', detail: error.message }));
    client.on('close', () =>
      this.lose(this.#isClosing ? { kind: 'closed' } : { kind: 'lost', why: 'ended', detail: '' }),
    );
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** The first call decides how the link ended. All channels die with an error at once: ssh2 would end them cleanly. */
  lose(end: ConnectionEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#lost.abort(linkLost());
    for (const stream of this.#streams) stream.destroy(linkLost());
    this.#socket.destroy();
    this.#settle(end);
  }

  /** Says goodbye (RFC 4253 §11.1), and does not wait long for the other side to hang up. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (!this.isOpen) return;
    const timer = setTimeout(() => this.lose({ kind: 'closed' }), GOODBYE_MS);
    this.client.end();
    await this.closed;
    clearTimeout(timer);
  }

  /** Sends what is written until the end of this turn of the event loop in one piece. */
  readonly batch = (): void => {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      this.#socket.uncork();
    });
  };

  /** Called for everything that arrives. */
  onData(heard: (chunk: Buffer) => void): void {
    this.#socket.on('data', heard);
  }

  /** Called with the size of what a channel is about to send. */
  onSent(sending: (bytes: number) => void): void {
    this.#onSent = sending;
  }

  stream(channel: ClientChannel): ChannelStream {
    const protocol = protocolOf(this.client);
    const stream = new ChannelStream(channel, {
      batch: this.batch,
      sending: (bytes) => this.#onSent(bytes),
      grant: (id, bytes) => protocol.channelWindowAdjust(id, bytes),
      rttMs: () => this.#rttMs,
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
   * Asks the client for something that calls back. The callback may never come when the link dies, and what was asked
   * for cannot be taken back: a late answer goes to `discard`.
   */
  async request<T>(
    ask: (answer: (error: Error | null | undefined, value: T) => void) => void,
    discard: (value: T) => void,
    signal: AbortSignal,
  ): Promise<T> {
    if (!this.isOpen) throw linkLost();
    const answered = new Promise<T>((resolve, reject) => {
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
      return await abortable(answered, AbortSignal.any([signal, this.#lost.signal]));
    } catch (error) {
      answered.then(discard, () => undefined);
      throw error;
    }
  }

  async ping(signal: AbortSignal): Promise<number> {
    const sentAt = performance.now();
    await this.request<void>(
      (answer) => {
        globalReplies(this.client).push((failure) => answer(failure instanceof Error ? failure : undefined));
        protocolOf(this.client).ping();
      },
      () => undefined,
      signal,
    );
    return performance.now() - sentAt;
  }

  /** See `Connection.check`. */
  async check(limitMs: number): Promise<void> {
    const limit = deadline(limitMs, linkLost);
    try {
      await Promise.race([this.ping(limit.signal), once(this.#socket, 'data', { signal: limit.signal })]);
    } catch {
      this.lose({ kind: 'lost', why: 'keepalive', detail: '' });
    } finally {
      limit.clear();
    }
  }
}
