import http from 'node:http';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { after } from '../../base/delay.ts';

/** Opens a channel to the server. `Dial` of core/forward with its destination fits. */
export type OpenChannel = (signal: AbortSignal) => Promise<Duplex>;

/** The connections that the server can handle. */
export interface ServerTraits {
  readonly isTls: boolean;
  /** The limit of simultaneous requests. */
  readonly maxChannels: number;
}

/** For a program that serves any number of connections at once. */
export const manyChannels = 48;
/** For any other program: as many as a browser opens by itself. */
export const browserChannels = 6;

/** A channel that carries one request at a time. Each has its own `Agent`, so that the pool alone assigns channels. */
export interface Lease {
  readonly agent: http.Agent;
  readonly channel: Duplex;
  /** The channel has carried a request before, so the server may close it at any moment. */
  readonly isUsed: boolean;
  /** The response is endless (server-sent events), so its channel no longer counts against the limit. */
  leave(): void;
  /** The request is over. `keepAlive`: the server's Keep-Alive header. */
  release(keepAlive: string | undefined): void;
}

interface IdleLease {
  readonly lease: Lease;
  readonly timer: NodeJS.Timeout;
}

interface Waiter {
  readonly kind: 'any' | 'fresh';
  readonly signal: AbortSignal;
  readonly resolve: (lease: Promise<Lease> | Lease) => void;
  readonly reject: (error: Error) => void;
}

/** For a server without a Keep-Alive header, which may close an idle connection soon (gunicorn: after 2 s). */
const silentIdleMs = 1500;
/** The pool closes an idle channel this long before the server would, so that no request meets the end of its connection. */
const closeBeforeMs = 1000;
const longestIdleMs = 30_000;

/** The channels to one server: opened on demand, reused, and closed when idle. */
export class ChannelPool {
  readonly #open: OpenChannel;
  readonly #traits: () => ServerTraits;
  /** A stack: the latest channel is reused first, so that the others stay idle and close. */
  readonly #idle: IdleLease[] = [];
  readonly #waiting: Waiter[] = [];
  readonly #closing = new AbortController();
  readonly #channels = new Set<Duplex>();
  /** Channels that are open or opening. */
  #count = 0;

  constructor(open: OpenChannel, traits: () => ServerTraits) {
    this.#open = open;
    this.#traits = traits;
  }

  /** The number of open channels, for requests and for WebSockets. */
  get size(): number {
    return this.#channels.size;
  }

  /** A channel for one request. `fresh`: not an idle channel, because the server had just closed one. */
  acquire(kind: 'any' | 'fresh', signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted();
    for (let idle = kind === 'any' ? this.#idle.pop() : undefined; idle; idle = this.#idle.pop()) {
      clearTimeout(idle.timer);
      if (isUsable(idle.lease.channel)) return Promise.resolve(idle.lease);
    }
    if (this.#count < this.#traits().maxChannels) return this.#add(signal);
    return new Promise((resolve, reject) => {
      const waiter = { kind, signal, resolve, reject };
      this.#waiting.push(waiter);
      signal.addEventListener('abort', () => this.#forget(waiter), { once: true });
      // Only 'fresh' finds idle channels here. One makes room for the new channel.
      const idle = this.#idle.shift();
      clearTimeout(idle?.timer);
      idle?.lease.channel.destroy();
    });
  }

  /** A channel outside of the pool, for a WebSocket. */
  async dial(signal: AbortSignal): Promise<Duplex> {
    const channel = await this.#open(AbortSignal.any([signal, this.#closing.signal]));
    // CAUTION: without a handler, an error event ends the process. 'close' follows it.
    channel.on('error', () => undefined);
    this.#channels.add(channel);
    channel.once('close', () => this.#channels.delete(channel));
    return this.#traits().isTls ? secured(channel) : channel;
  }

  close(): void {
    this.#closing.abort();
    for (const channel of this.#channels) channel.destroy();
  }

  async #add(signal: AbortSignal): Promise<Lease> {
    this.#count++;
    let isGone = false;
    const gone = (): void => {
      if (isGone) return;
      isGone = true;
      this.#count--;
      this.#next();
    };
    try {
      const channel = await this.dial(signal);
      channel.once('close', () => {
        gone();
        this.#forgetIdle(channel);
      });
      if (channel.closed) gone();
      // The server has closed the connection. A response that ends with its connection is read first.
      channel.once('end', () => setImmediate(() => channel.end()));
      return this.#lease(channel, gone);
    } catch (error) {
      gone();
      throw error;
    }
  }

  #lease(channel: Duplex, gone: () => void): Lease {
    let hasLeft = false;
    let isUsed = false;
    const lease: Lease = {
      agent: new SingleChannelAgent(channel),
      channel,
      get isUsed() {
        return isUsed;
      },
      leave: () => {
        hasLeft = true;
        gone();
      },
      release: (keepAlive) => {
        isUsed = true;
        if (hasLeft || !isUsable(channel)) {
          channel.destroy();
          return;
        }
        const waiter = this.#waiting[0];
        if (waiter?.kind === 'fresh') channel.destroy();
        else if (waiter) this.#waiting.shift()?.resolve(lease);
        else this.#rest(lease, idleMs(keepAlive));
      },
    };
    return lease;
  }

  #rest(lease: Lease, ms: number): void {
    const timer = after(ms, () => lease.channel.destroy()).unref();
    this.#idle.push({ lease, timer });
  }

  /** Takes a closed channel out of the idle ones. */
  #forgetIdle(channel: Duplex): void {
    const index = this.#idle.findIndex(({ lease }) => lease.channel === channel);
    if (index >= 0) clearTimeout(this.#idle.splice(index, 1)[0]?.timer);
  }

  #next(): void {
    if (this.#count >= this.#traits().maxChannels) return;
    const waiter = this.#waiting.shift();
    if (waiter) waiter.resolve(this.#add(waiter.signal));
  }

  #forget(waiter: Waiter): void {
    const index = this.#waiting.indexOf(waiter);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    waiter.reject(waiter.signal.reason as Error);
  }
}

/** Gives its one open channel to each request. */
class SingleChannelAgent extends http.Agent {
  readonly #channel: Duplex;

  constructor(channel: Duplex) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#channel = channel;
  }

  override createConnection(): Duplex {
    return this.#channel;
  }

  /** The pool closes idle channels; a channel has no timeout as a socket has. */
  override keepSocketAlive(): boolean {
    return true;
  }

  /** Node removes its error handler for idle sockets, then calls `ref`, which a channel lacks. */
  override reuseSocket(channel: Duplex, request: http.ClientRequest): void {
    if (!('ref' in channel)) Object.assign(channel, { ref: () => channel });
    super.reuseSocket(channel, request);
  }
}

/** SECURITY: the server's certificate is not checked, because SSH authenticates the host and encrypts the bytes. */
function secured(channel: Duplex): Duplex {
  const socket = tls.connect({
    socket: channel,
    servername: 'localhost',
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: false,
  });
  socket.on('error', () => undefined);
  return socket;
}

function isUsable(channel: Duplex): boolean {
  return !channel.destroyed && !channel.writableEnded && !channel.readableEnded;
}

function idleMs(keepAlive: string | undefined): number {
  const [, seconds] = /(?:^|[\s,])timeout=(\d+)/i.exec(keepAlive ?? '') ?? [];
  if (seconds === undefined) return silentIdleMs;
  return Math.min(longestIdleMs, Math.max(0, Number(seconds) * 1000 - closeBeforeMs));
}
