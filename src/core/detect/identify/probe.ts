import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { abortable, deadline } from '../../../base/delay.ts';
import { type HttpAnswer, httpRequest, isComplete, parseHttp } from './http.ts';

export type ProbeAnswer =
  | { readonly kind: 'http'; readonly scheme: 'http' | 'https'; readonly answer: HttpAnswer }
  /** An answer that is not HTTP, at most 1,000 characters. Empty if the server closed the connection. `scheme`: it speaks TLS, and refused us. */
  | { readonly kind: 'other'; readonly text: string; readonly scheme?: 'https' }
  /** The server is silent or unreachable. */
  | { readonly kind: 'nothing' };

const maxBytes = 1 << 16;
const limitMs = 2000;

/**
 * Sends one `GET /`, reads at most 64 KiB for at most two seconds, and closes the connection. A server that refuses plain
 * text gets a second connection with TLS. Its certificate is not verified, because we send it no secret.
 * @throws the signal's reason only.
 */
export async function probe(
  connect: (signal: AbortSignal) => Promise<Duplex>,
  port: number,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  const plain = await exchange(connect, port, signal);
  if (!plain) return { kind: 'nothing' };
  if (!wantsTls(plain)) return understood(plain, 'http');
  let isTls = isTlsRecord(plain.bytes);
  const secured = await exchange(
    async (inner) => secure(await connectOrClose(connect, inner), () => (isTls = true), inner),
    port,
    signal,
  );
  if (secured && secured.bytes.length > 0) return understood(secured, 'https');
  const answer = understood(plain, 'https');
  return isTls && answer.kind !== 'http' ? { kind: 'other', text: '', scheme: 'https' } : answer;
}

interface Exchange {
  readonly bytes: Buffer;
  /** The server ended the exchange, not our timeout. */
  readonly isEnded: boolean;
}

function understood({ bytes, isEnded }: Exchange, scheme: 'http' | 'https'): ProbeAnswer {
  const answer = parseHttp(bytes);
  if (answer) return { kind: 'http', scheme, answer };
  return bytes.length > 0 || isEnded ? { kind: 'other', text: bytes.toString('latin1', 0, 1000) } : { kind: 'nothing' };
}

/**
 * Whether the server wants TLS: it sends an alert or handshake record (RFC 8446 §5.1), closes without an answer, or
 * complains about plain HTTP.
 */
function wantsTls({ bytes, isEnded }: Exchange): boolean {
  if (bytes.length === 0) return isEnded;
  if (isTlsRecord(bytes)) return true;
  const answer = parseHttp(bytes);
  return answer?.status === 400 && /HTTPS|TLS|SSL/.test(answer.body.slice(0, 2000));
}

function isTlsRecord(bytes: Buffer): boolean {
  return (bytes[0] === 0x15 || bytes[0] === 0x16) && bytes[1] === 0x03;
}

/** Undefined if the connection failed. */
async function exchange(
  connect: (signal: AbortSignal) => Promise<Duplex>,
  port: number,
  signal: AbortSignal,
): Promise<Exchange | undefined> {
  const limit = deadline(limitMs, () => new Error('probe limit'), signal);
  let stream: Duplex | undefined;
  try {
    stream = await abortable(connectOrClose(connect, limit.signal), limit.signal);
    const heard = await converse(stream, httpRequest(port), limit.signal);
    signal.throwIfAborted();
    return heard;
  } catch {
    signal.throwIfAborted();
    return undefined;
  } finally {
    limit.clear();
    stream?.destroy();
  }
}

async function connectOrClose(connect: (signal: AbortSignal) => Promise<Duplex>, signal: AbortSignal): Promise<Duplex> {
  const stream = await connect(signal);
  stream.on('error', () => undefined);
  if (signal.aborted) stream.destroy();
  return stream;
}

/** Resolves with the received bytes when the response is complete or too long, the server ends it, or the timeout expires. */
async function converse(stream: Duplex, request: string, signal: AbortSignal): Promise<Exchange> {
  return new Promise((resolve) => {
    const heard = Buffer.alloc(maxBytes);
    let length = 0;
    const finish = (isEnded: boolean): void => {
      signal.removeEventListener('abort', onLimit);
      stream.pause();
      resolve({ bytes: heard.subarray(0, length), isEnded });
    };
    const onLimit = (): void => finish(false);
    signal.addEventListener('abort', onLimit, { once: true });
    stream.on('data', (chunk: Buffer) => {
      length += chunk.copy(heard, length);
      if (length === maxBytes || isComplete(heard.subarray(0, length))) finish(true);
    });
    stream.once('end', () => finish(true));
    stream.once('close', () => finish(true));
    stream.write(request);
  });
}

/**
 * Sends the server name that a browser will send (RFC 6066 §3): some servers have no certificate without it. `onTls`: the
 * server speaks TLS, even if it then refuses us with an alert: for HTTP/1.1 (RFC 7301 §3.2) or for want of a certificate.
 */
async function secure(stream: Duplex, onTls: () => void, signal: AbortSignal): Promise<Duplex> {
  signal.addEventListener('abort', () => stream.destroy(), { once: true });
  const options = { servername: 'localhost', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] };
  const secured = tls.connect({ socket: stream, ...options }).on('close', () => stream.destroy());
  stream.once('close', () => secured.destroy());
  return new Promise((resolve, reject) => {
    // CAUTION: a request that waits for the handshake would hide the alert behind the error of its own write.
    secured.once('secureConnect', () => {
      onTls();
      resolve(secured);
    });
    secured.on('error', (error: NodeJS.ErrnoException) => {
      if (/^ERR_SSL_.*ALERT/.test(error.code ?? '')) onTls();
      reject(error);
    });
    secured.once('close', () => reject(new Error('closed')));
  });
}
