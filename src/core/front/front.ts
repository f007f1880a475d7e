import type { EventEmitter } from 'node:events';
import type http2 from 'node:http2';
import type net from 'node:net';
import { ChannelPool, type OpenChannel, type ServerTraits } from './channelPool.ts';
import { type Answer, type Asked, exchange } from './exchange.ts';
import type { Origin } from './headers.ts';
import { createSecureServer, type Credential } from './secureServer.ts';
import { connectHttp2, upgradeHttp1 } from './webSocket.ts';

export interface FrontOptions {
  readonly open: OpenChannel;
  /** Called for each request, because the program may be identified later. */
  readonly traits: () => ServerTraits;
  /** The certificate for the name that a browser asks for, else for the address that it connects to. May change between calls. */
  readonly credential: (subject: string) => Credential;
}

/** The traffic of a front, as plain data. Bytes count headers and bodies, without TLS. */
export interface FrontTraffic {
  /** Open connections of browsers, by protocol. */
  readonly http2: number;
  readonly http1: number;
  readonly openRequests: number;
  readonly totalRequests: number;
  readonly openWebSockets: number;
  /** Open connections to the server. */
  readonly channels: number;
  readonly bytesToRemote: number;
  readonly bytesFromRemote: number;
}

/** Serves browsers by HTTPS with HTTP/2, and asks the server by HTTP/1.1 over many channels. */
export class Front {
  readonly #options: FrontOptions;
  readonly #pool: ChannelPool;
  /** By the address that browsers connect to: a browser that sends no name gets the certificate of the address. */
  readonly #servers = new Map<string, { readonly server: http2.Http2SecureServer; credential: Credential }>();
  readonly #sockets = new Set<net.Socket>();
  #counts = { http2: 0, openRequests: 0, totalRequests: 0, openWebSockets: 0, bytesToRemote: 0, bytesFromRemote: 0 };

  readonly #count = {
    toRemote: (bytes: number): void => void (this.#counts.bytesToRemote += bytes),
    fromRemote: (bytes: number): void => void (this.#counts.bytesFromRemote += bytes),
  };

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#pool = new ChannelPool(options.open, options.traits);
  }

  traffic(): FrontTraffic {
    return { ...this.#counts, http1: this.#sockets.size - this.#counts.http2, channels: this.#pool.size };
  }

  /** Serves one TLS connection, and resolves when it has closed. The signal closes it. */
  async serve(socket: net.Socket, signal: AbortSignal): Promise<void> {
    const end = (): void => void socket.destroy();
    // CAUTION: without a handler, an error event ends the process. 'close' follows it.
    socket.on('error', () => undefined);
    if (signal.aborted || socket.destroyed) return end();
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    signal.addEventListener('abort', end, { once: true });
    socket.allowHalfOpen = false; // TLS and HTTP/2 know no half-closed connection
    this.#sockets.add(socket);
    try {
      this.#serverAt(socket.localAddress ?? '').emit('connection', socket);
      await closed;
    } finally {
      socket.destroy(); // without a certificate nobody serves it
      signal.removeEventListener('abort', end);
      this.#sockets.delete(socket);
    }
  }

  close(): void {
    for (const { server } of this.#servers.values()) server.close();
    this.#pool.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #onRequest(asked: Asked, answer: Answer): void {
    this.#counts.totalRequests++;
    this.#hold('openRequests', answer);
    void exchange(asked, answer, { pool: this.#pool, origin: this.#originOf(asked), count: this.#count });
  }

  #webSocketOptions(asked: Asked): Parameters<typeof connectHttp2>[1] {
    return { dial: (signal) => this.#pool.dial(signal), origin: this.#originOf(asked), count: this.#count };
  }

  #originOf(asked: Asked): Origin {
    const authority = 'stream' in asked ? asked.authority : asked.headers.host;
    return {
      authority: authority ?? '',
      isServerTls: this.#options.traits().isTls,
      clientAddress: asked.socket.remoteAddress ?? '',
    };
  }

  #hold(what: 'http2' | 'openRequests' | 'openWebSockets', until: EventEmitter): void {
    this.#counts[what]++;
    until.once('close', () => this.#counts[what]--);
  }

  #serverAt(localAddress: string): http2.Http2SecureServer {
    const address = localAddress.replace(/^::ffff:/, '');
    const credential = this.#options.credential(address);
    const known = this.#servers.get(address);
    if (!known) {
      const server = this.#createServer(credential);
      this.#servers.set(address, { server, credential });
      return server;
    }
    if (known.credential !== credential) known.server.setSecureContext(credential);
    known.credential = credential;
    return known.server;
  }

  #createServer(credential: Credential): http2.Http2SecureServer {
    return createSecureServer({
      credential,
      credentialFor: this.#options.credential,
      onSession: (session) => this.#hold('http2', session),
      onRequest: (asked, answer) => this.#onRequest(asked, answer),
      onConnect: (asked) => {
        this.#hold('openWebSockets', asked.stream);
        void connectHttp2(asked, this.#webSocketOptions(asked));
      },
      onUpgrade: (asked, client, head) => {
        this.#hold('openWebSockets', client);
        void upgradeHttp1(asked, client, head, this.#webSocketOptions(asked));
      },
    });
  }
}
