import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { Certificates } from '../../../src/core/front/certificates/certificates.ts';
import { manyChannels, type ServerTraits } from '../../../src/core/front/channelPool.ts';
import { Front } from '../../../src/core/front/front.ts';

/** A server, and a front before it. */
export interface Fronted {
  readonly front: Front;
  readonly port: number;
  readonly ca: string;
  readonly certificates: Certificates;
  /** `localhost:PORT` of the front. */
  readonly authority: string;
  /** The number of connections to the server: open now, and in all. */
  readonly connections: () => { readonly open: number; readonly total: number };
  /** A new HTTP/2 connection to the front. */
  readonly browse: () => http2.ClientHttp2Session;
}

export const usualTraits: ServerTraits = { isTls: false, maxChannels: manyChannels };

/** Certificates in a folder for this test alone. */
export function testCertificates(t: TestContext): Certificates {
  const own = fs.mkdtempSync(path.join(os.tmpdir(), 'front-'));
  t.after(() => fs.rmSync(own, { recursive: true, force: true }));
  return new Certificates(() => ({ own, mkcert: path.join(own, 'mkcert') }));
}

/** Serves `handler` behind a front. */
export function fronted(
  t: TestContext,
  handler: http.RequestListener,
  traits: Partial<ServerTraits> = {},
): Promise<Fronted> {
  return frontOf(t, http.createServer({ keepAliveTimeout: 5000 }, handler), traits);
}

/** A front before any server. The server need not listen yet. */
export async function frontOf(
  t: TestContext,
  server: net.Server,
  traits: Partial<ServerTraits> = {},
): Promise<Fronted> {
  const sockets = new Set<net.Socket>();
  let total = 0;
  server.on('connection', (socket) => {
    total++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  const serverPort = await listen(server);
  const certificates = testCertificates(t);
  const front = new Front({
    open: async (signal) => {
      const socket = net.connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      await once(socket, 'connect', { signal });
      return socket;
    },
    traits: () => ({ ...usualTraits, ...traits }),
    credential: (subject) => certificates.credential(subject),
  });
  const ending = new AbortController();
  const listener = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
    void front.serve(socket, ending.signal);
  });
  const port = await listen(listener);
  const authority = `localhost:${port}`;
  const ca = certificates.local().certificate;
  t.after(() => {
    ending.abort();
    front.close();
    listener.close();
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    front,
    port,
    ca,
    certificates,
    authority,
    connections: () => ({ open: sockets.size, total }),
    browse: () => {
      const session = http2.connect(`https://${authority}`, { ca, maxSessionMemory: 100 });
      session.on('error', () => undefined);
      t.after(() => session.destroy());
      return session;
    },
  };
}

async function listen(server: net.Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

export interface Received {
  readonly status: number;
  readonly headers: http2.IncomingHttpHeaders;
  readonly trailers: http2.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends one request over HTTP/2. Rejects when the stream is reset. */
export async function ask(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<Received> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const answer = { headers: {} as http2.IncomingHttpHeaders, trailers: {} as http2.IncomingHttpHeaders };
  stream.on('response', (received) => (answer.headers = received));
  stream.on('trailers', (received) => (answer.trailers = received));
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'close');
  if (stream.rstCode !== 0) throw new Error(`reset with ${stream.rstCode}`);
  return { ...answer, status: Number(answer.headers[':status']), body: Buffer.concat(chunks) };
}
