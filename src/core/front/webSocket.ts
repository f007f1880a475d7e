import crypto from 'node:crypto';
import http from 'node:http';
import http2 from 'node:http2';
import type { Duplex } from 'node:stream';
import type { ByteCounter } from './exchange.ts';
import { type Origin, requestHeaders, responseHeaders } from './headers.ts';

export interface WebSocketOptions {
  /** Opens a channel of its own: a WebSocket lives as long as its page. */
  readonly dial: (signal: AbortSignal) => Promise<Duplex>;
  readonly origin: Origin;
  readonly count: ByteCounter;
}

/** The server's answer to the request for a WebSocket: a stream, or any other response. */
type Outcome =
  | { readonly kind: 'open'; readonly response: http.IncomingMessage; readonly server: Duplex; readonly head: Buffer }
  | { readonly kind: 'refused'; readonly response: http.IncomingMessage };

/** RFC 6455 §4.2: a WebSocket over HTTP/1.1. `client` is the connection, which carries only the WebSocket from now on. */
export async function upgradeHttp1(
  asked: http.IncomingMessage,
  client: Duplex,
  head: Buffer,
  options: WebSocketOptions,
): Promise<void> {
  client.on('error', () => undefined);
  // SECURITY: another protocol would hide its requests from this front ("h2c smuggling").
  if (asked.headers.upgrade?.toLowerCase() !== 'websocket') {
    client.end('HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  const outcome = await ask(asked, client, options).catch(() => undefined);
  if (!outcome) {
    client.destroy();
    return;
  }
  const { response } = outcome;
  if (outcome.kind === 'refused') {
    const answer = new http.ServerResponse(asked);
    answer.assignSocket(client as never);
    const headers = { ...responseHeaders(response.headers, options.origin), connection: 'close' };
    answer.writeHead(response.statusCode ?? 502, response.statusMessage, headers);
    response.pipe(answer);
    response.once('close', () => {
      if (!response.complete) client.destroy();
    });
    answer.once('finish', () => client.end());
    return;
  }
  const lines = Object.entries(responseHeaders(response.headers, options.origin)).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${String(each)}\r\n`),
  );
  client.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${lines.join('')}\r\n`,
  );
  options.count.toRemote(head.length);
  if (head.length > 0) outcome.server.write(head);
  join(client, outcome, options.count);
}

/** RFC 8441: a WebSocket as one stream of an HTTP/2 connection. */
export async function connectHttp2(asked: http2.Http2ServerRequest, options: WebSocketOptions): Promise<void> {
  const { stream } = asked;
  stream.on('error', () => undefined);
  if (asked.headers[':protocol'] !== 'websocket') {
    stream.respond({ ':status': 501 }, { endStream: true });
    return;
  }
  // RFC 8441 §5: HTTP/2 sends no key, and HTTP/1.1 needs one.
  const key = crypto.randomBytes(16).toString('base64');
  const outcome = await ask(asked, stream, options, key).catch(() => undefined);
  if (!outcome || stream.destroyed) {
    stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    return;
  }
  const { response } = outcome;
  const { 'sec-websocket-accept': accept, ...headers } = responseHeaders(response.headers, options.origin);
  if (outcome.kind === 'refused') {
    stream.respond({ ':status': response.statusCode, ...headers });
    response.pipe(stream);
    response.once('close', () => {
      if (!response.complete) stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    });
  } else if (accept === acceptOf(key)) {
    stream.respond({ ':status': 200, ...headers });
    join(stream, outcome, options.count);
  } else {
    outcome.server.destroy();
    stream.respond({ ':status': 502 }, { endStream: true });
  }
}

async function ask(
  { url, headers }: http.IncomingMessage | http2.Http2ServerRequest,
  client: Duplex,
  { dial, origin, count }: WebSocketOptions,
  key?: string,
): Promise<Outcome> {
  const leaving = new AbortController();
  client.once('close', () => leaving.abort());
  const channel = await dial(leaving.signal);
  const passed = {
    ...requestHeaders(headers, origin),
    ...(key !== undefined && { 'sec-websocket-key': key }),
    connection: 'Upgrade',
    upgrade: 'websocket',
  };
  return new Promise((resolve, reject) => {
    const request = http.request({ createConnection: () => channel, setHost: false, path: url, headers: passed });
    request.once('upgrade', (response, server, head) => resolve({ kind: 'open', response, server, head }));
    request.once('response', (response) => resolve({ kind: 'refused', response }));
    request.once('error', reject);
    leaving.signal.addEventListener('abort', () => channel.destroy(), { once: true });
    count.toRemote(Object.entries(passed).join('').length);
    request.end();
  });
}

/** Carries bytes in both directions. An end is passed on as an end, a reset as a reset. */
function join(client: Duplex, { server, head }: Extract<Outcome, { kind: 'open' }>, count: ByteCounter): void {
  if (head.length > 0) client.write(head);
  count.fromRemote(head.length);
  client.on('data', (chunk: Buffer) => count.toRemote(chunk.length));
  server.on('data', (chunk: Buffer) => count.fromRemote(chunk.length));
  client.pipe(server);
  server.pipe(client);
  client.once('close', () => server.destroy());
  server.once('close', () => {
    if (server.readableEnded) return;
    if ('close' in client && 'rstCode' in client)
      (client as http2.ServerHttp2Stream).close(http2.constants.NGHTTP2_CANCEL);
    else client.destroy();
  });
}

/** RFC 6455 §4.2.2 */
function acceptOf(key: string): string {
  return crypto.createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
