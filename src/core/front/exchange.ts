import http from 'node:http';
import http2 from 'node:http2';
import { errorCode } from '../../base/userError.ts';
import type { ChannelPool, Lease } from './channelPool.ts';
import { endToEnd, type Origin, requestHeaders, responseHeaders } from './headers.ts';

/** The request of a browser, over HTTP/2 or HTTP/1.1. Node gives both the same interface. */
export type Asked = http.IncomingMessage | http2.Http2ServerRequest;
export type Answer = http.ServerResponse | http2.Http2ServerResponse;

/** Counts the bytes of headers and bodies. */
export interface ByteCounter {
  toRemote(bytes: number): void;
  fromRemote(bytes: number): void;
}

export interface ExchangeOptions {
  readonly pool: ChannelPool;
  readonly origin: Origin;
  readonly count: ByteCounter;
}

/** RFC 9110 §9.2.2: methods whose request may be repeated after the server has closed the connection. */
const idempotent: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Passes one request to the server and its response back, both as streams. When one side ends, the other ends. */
export async function exchange(asked: Asked, answer: Answer, options: ExchangeOptions): Promise<void> {
  const leaving = new AbortController();
  answer.once('close', () => leaving.abort());
  // CAUTION: without a handler, an error event ends the process. 'close' follows it.
  for (const stream of [asked, answer]) stream.on('error', () => undefined);
  if (!isWellFormed(asked, options.origin)) return answerWith(answer, 400);
  let lease: Lease | undefined;
  try {
    lease = await options.pool.acquire('any', leaving.signal);
    if (await sent(asked, answer, lease, options)) return;
    lease = await options.pool.acquire('fresh', leaving.signal);
    if (!(await sent(asked, answer, lease, options))) refuse(answer);
  } catch {
    lease?.channel.destroy();
    refuse(answer);
  }
}

/** Resolves to false if the server closed the channel before it saw the request. The request may then be repeated. */
function sent(asked: Asked, answer: Answer, lease: Lease, { origin, count }: ExchangeOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const hasBody = bodyFollows(asked);
    const headers = withLength(requestHeaders(asked.headers, origin), asked, hasBody);
    const request = http.request({
      agent: lease.agent,
      setHost: false,
      method: asked.method,
      path: asked.url,
      headers,
    });
    count.toRemote(sizeOf(Object.entries(headers).flat().map(String)) + (asked.url?.length ?? 0));
    const wasUsed = lease.isUsed;
    let isAnswered = false;
    let keepAlive: string | undefined;
    let isOver = false;
    const leave = (): void => {
      if (!isOver) request.destroy();
    };
    answer.once('close', leave);
    request.on('information', (info) => inform(answer, info));
    request.once('response', (response) => {
      isAnswered = true;
      keepAlive = String(response.headers['keep-alive']);
      if (/^text\/event-stream\b/i.test(response.headers['content-type'] ?? '')) lease.leave();
      response.once('end', () => (isOver = true));
      respond(response, answer, { origin, count });
      resolve(true);
    });
    request.once('error', (error) => {
      lease.channel.destroy();
      if (isAnswered) return abort(answer);
      const mayRepeat = wasUsed && !hasBody && idempotent.has(asked.method);
      if (mayRepeat && errorCode(error) === 'ECONNRESET') return resolve(false);
      // A parser error means that the server answered, but not in HTTP.
      if (errorCode(error)?.startsWith('HPE_')) answerWith(answer, 502);
      else abort(answer);
      resolve(true);
    });
    request.once('close', () => {
      answer.off('close', leave);
      // The channel of an upload that goes on after its answer is in the middle of a request, so it cannot be reused.
      // Node returns the channel to its agent after 'close', so the release waits one tick.
      if (request.writableFinished && isAnswered) process.nextTick(() => lease.release(keepAlive));
      else lease.channel.destroy();
    });
    if (hasBody) upload(asked, request, count);
    else request.end();
  });
}

function upload(asked: Asked, request: http.ClientRequest, count: ByteCounter): void {
  request.flushHeaders(); // the client may wait for the server's 100 before it sends the body
  asked.on('data', (chunk: Buffer) => count.toRemote(chunk.length));
  (asked as http.IncomingMessage).pipe(request, { end: false });
  asked.once('end', () => {
    const trailers = endToEnd(asked.trailers);
    if (Object.keys(trailers).length > 0) request.addTrailers(trailers);
    request.end();
  });
}

function respond(
  response: http.IncomingMessage,
  answer: Answer,
  { origin, count }: Pick<ExchangeOptions, 'origin' | 'count'>,
): void {
  const { statusCode = 502, statusMessage = '' } = response;
  const headers = responseHeaders(response.headers, origin);
  answer.sendDate = false;
  count.fromRemote(sizeOf(response.rawHeaders));
  response.on('error', () => abort(answer));
  response.on('data', (chunk: Buffer) => count.fromRemote(chunk.length));
  try {
    if (isHttp2(answer)) answer.writeHead(statusCode, headers);
    else answer.writeHead(statusCode, statusMessage, headers).flushHeaders();
  } catch {
    response.destroy();
    answerWith(answer, 502);
    return;
  }
  response.pipe(answer as http.ServerResponse, { end: false });
  response.once('end', () => {
    const trailers = endToEnd(response.trailers);
    if (Object.keys(trailers).length > 0) answer.addTrailers(trailers);
    answer.end();
  });
  response.once('close', () => {
    if (!response.complete) abort(answer);
  });
}

/** RFC 9110 §15.2: passes 100, 102 and 103 on to the browser. */
function inform(answer: Answer, { statusCode, headers }: http.InformationEvent): void {
  if (answer.headersSent || answer.destroyed) return;
  if (isHttp2(answer)) answer.stream.additionalHeaders({ ':status': statusCode, ...endToEnd(headers) });
  else if (statusCode === 100) answer.writeContinue();
  else if (statusCode === 102) answer.writeProcessing();
  else if (statusCode === 103 && headers['link'] !== undefined) answer.writeEarlyHints({ link: headers['link'] });
}

/** HTTP/1.1 needs a length or chunks for a body. An HTTP/2 request may have neither. */
function withLength(headers: http.OutgoingHttpHeaders, asked: Asked, hasBody: boolean): http.OutgoingHttpHeaders {
  if (headers['content-length'] !== undefined) return headers;
  if (hasBody) return { ...headers, 'transfer-encoding': 'chunked' };
  const mayHaveBody = ['POST', 'PUT', 'PATCH'].includes(asked.method ?? '');
  return mayHaveBody ? { ...headers, 'content-length': '0' } : headers;
}

function bodyFollows(asked: Asked): boolean {
  if ('stream' in asked) return !asked.stream.endAfterHeaders;
  return asked.headers['transfer-encoding'] !== undefined || Number(asked.headers['content-length'] ?? 0) > 0;
}

/** Refuses the request: the server saw nothing of it, so the browser may repeat it (RFC 9113 §8.7). */
function refuse(answer: Answer): void {
  abort(answer, http2.constants.NGHTTP2_REFUSED_STREAM);
}

/** Resets the stream or the connection, so that the browser does not take a part of the response for the whole. */
function abort(answer: Answer, code: number = http2.constants.NGHTTP2_INTERNAL_ERROR): void {
  if (isHttp2(answer)) answer.stream.close(code);
  else answer.destroy();
}

function answerWith(answer: Answer, status: 400 | 502): void {
  if (answer.headersSent) return abort(answer);
  if (isHttp2(answer)) answer.writeHead(status);
  else answer.writeHead(status, { connection: 'close' });
  answer.end();
}

/** SECURITY: a target in absolute form (RFC 9112 §3.2.2) could name another server than `Host` does. */
function isWellFormed({ method, url = '' }: Asked, { authority }: Origin): boolean {
  const isTarget = /^\/[\x21-\x7e\x80-\xff]*$/.test(url) || (url === '*' && method === 'OPTIONS');
  return isTarget && /^[\w.:[\]-]+$/.test(authority);
}

function isHttp2(answer: Answer): answer is http2.Http2ServerResponse {
  return 'stream' in answer;
}

function sizeOf(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + word.length, 0);
}
