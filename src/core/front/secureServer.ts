import type http from 'node:http';
import http2 from 'node:http2';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { Answer, Asked } from './exchange.ts';
import { isBelowLocalhost } from './localhostName.ts';

/** A certificate with its chain, and its key, as PEM. */
export interface Credential {
  readonly cert: string;
  readonly key: string;
}

export interface SecureServerOptions {
  /** For a client that sends no name in the handshake, because it connects to an address. */
  readonly credential: Credential;
  /** For a name below localhost that the client sends (RFC 6066 §3). */
  readonly credentialFor: (name: string) => Credential;
  readonly onSession: (session: http2.ServerHttp2Session) => void;
  readonly onRequest: (asked: Asked, answer: Answer) => void;
  /** RFC 8441: a request for a WebSocket, or for another protocol. */
  readonly onConnect: (asked: http2.Http2ServerRequest) => void;
  /** The same in HTTP/1.1 (RFC 6455). */
  readonly onUpgrade: (asked: http.IncomingMessage, client: Duplex, head: Buffer) => void;
}

/** An upload may run this far ahead of the server. */
const streamWindow = 1024 * 1024;
const maxStreams = 256;
/** With Node's default of 10 MB, streams fail when a page's modules arrive faster than the browser reads them. */
const maxSessionMegabytes = 100;
const keepAliveMs = 65_000;

/** A TLS server for HTTP/2 and HTTP/1.1. It does not listen; its owner emits each connection on it. */
export function createSecureServer(options: SecureServerOptions): http2.Http2SecureServer {
  const server = http2.createSecureServer({
    ...options.credential,
    allowHTTP1: true,
    ALPNProtocols: ['h2', 'http/1.1'],
    maxSessionMemory: maxSessionMegabytes,
    settings: { enableConnectProtocol: true, initialWindowSize: streamWindow, maxConcurrentStreams: maxStreams },
    SNICallback: (name, done) => {
      // SECURITY: the client chooses the name. An address in its place would make an authority for that address.
      if (!isBelowLocalhost(name)) return done(null);
      try {
        done(null, tls.createSecureContext(options.credentialFor(name)));
      } catch (error) {
        done(error as Error);
      }
    },
  });
  // The server behind the front decides how long an upload or an answer may take.
  Object.assign(server, { requestTimeout: 0, keepAliveTimeout: keepAliveMs });
  server.on('session', (session) => {
    session.on('error', () => undefined);
    options.onSession(session);
  });
  server.on('request', options.onRequest);
  server.on('checkContinue', options.onRequest);
  server.on('upgrade', options.onUpgrade);
  server.on('connect', (asked: Asked, client: Answer | Duplex) => {
    if ('stream' in asked) options.onConnect(asked);
    else (client as Duplex).end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return server;
}
