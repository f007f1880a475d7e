import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { until } from '../../support/until.ts';
import { type Fronted, frontOf } from './fronted.ts';

/** Echoes all bytes: the front passes them on and does not parse frames. */
async function echo(
  t: TestContext,
): Promise<Fronted & { readonly seen: http.IncomingMessage[]; readonly ends: string[] }> {
  const seen: http.IncomingMessage[] = [];
  const ends: string[] = [];
  const server = http.createServer((_, response) => response.writeHead(404).end('no page'));
  server.on('upgrade', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    seen.push(request);
    if (request.url === '/forbidden') return socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    if (request.url === '/broken') {
      socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nno', () => socket.destroy());
      return socket;
    }
    const accept = crypto
      .createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: vite-hmr\r\n\r\nhello `,
    );
    socket.write(head);
    socket.on('error', () => undefined).once('close', () => ends.push('closed'));
    return socket.pipe(socket);
  });
  return { ...(await frontOf(t, server)), seen, ends };
}

async function connect(session: http2.ClientHttp2Session, path: string): Promise<http2.ClientHttp2Stream> {
  if (!session.remoteSettings?.enableConnectProtocol) await once(session, 'remoteSettings');
  const stream = session.request(
    { ':method': 'CONNECT', ':protocol': 'websocket', ':path': path, 'sec-websocket-version': '13' },
    { endStream: false },
  );
  stream.on('error', () => undefined);
  return stream;
}

test('a WebSocket over HTTP/2 (RFC 8441) reaches the server as an HTTP/1.1 upgrade', async (t) => {
  const { browse, seen, authority, front, ends } = await echo(t);
  const stream = await connect(browse(), '/hmr');
  stream.setEncoding('utf8');
  let received = '';
  stream.on('data', (text: string) => (received += text));
  const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
  assert.deepEqual([headers[':status'], headers['sec-websocket-protocol']], [200, 'vite-hmr']);
  assert.equal(headers['sec-websocket-accept'], undefined);
  assert.equal(seen[0]?.headers.host, authority);
  stream.write('ping');
  await until('the echo', () => received === 'hello ping');
  assert.equal(front.traffic().openWebSockets, 1);
  stream.close();
  await until('the server hears of the end', () => ends.length === 1);
  await until(
    'nothing is counted as open',
    () => front.traffic().openWebSockets === 0 && front.traffic().channels === 0,
  );
});

test('a WebSocket over HTTP/1.1 works, also with data before the server’s answer', async (t) => {
  const { port, ca, seen } = await echo(t);
  const key = crypto.randomBytes(16).toString('base64');
  const request = https.request({
    host: '127.0.0.1',
    port,
    ca,
    path: '/ws',
    agent: false,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': key,
      'sec-websocket-version': '13',
      origin: `https://127.0.0.1:${port}`,
    },
  });
  request.end();
  const [response, socket, head] = (await once(request, 'upgrade')) as [http.IncomingMessage, Duplex, Buffer];
  assert.equal(response.headers['sec-websocket-protocol'], 'vite-hmr');
  assert.equal(seen[0]?.headers.origin, `http://127.0.0.1:${port}`);
  let received = head.toString();
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  socket.write('ping');
  await until('the echo', () => received === 'hello ping');
  socket.destroy();
});

test('a refusal of the server reaches the page with its status, in both protocols', async (t) => {
  const { browse, port, ca } = await echo(t);
  const stream = await connect(browse(), '/forbidden');
  const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
  assert.equal(headers[':status'], 403);
  assert.equal((await buffer(stream)).toString(), 'no');
  const options = { host: '127.0.0.1', port, ca, path: '/forbidden', agent: false } as const;
  const request = https.request({ ...options, headers: { connection: 'Upgrade', upgrade: 'websocket' } });
  request.end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  assert.equal(response.statusCode, 403);
  assert.equal((await buffer(response)).toString(), 'no');
});

test('a refusal that breaks off is reset, in both protocols', async (t) => {
  const { browse, port, ca } = await echo(t);
  const stream = await connect(browse(), '/broken');
  stream.resume();
  await until('the stream is reset', () => stream.rstCode === http2.constants.NGHTTP2_INTERNAL_ERROR, 5000);
  const options = { host: '127.0.0.1', port, ca, path: '/broken', agent: false } as const;
  const request = https.request({ ...options, headers: { connection: 'Upgrade', upgrade: 'websocket' } });
  request.on('error', () => undefined).end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  await assert.rejects(buffer(response), /aborted/);
});

test('when the server resets a WebSocket, the page’s connection is reset', async (t) => {
  const { browse, front } = await echo(t);
  const stream = await connect(browse(), '/hmr');
  await once(stream, 'response');
  front.close();
  await once(stream, 'close');
});

test('SECURITY: an upgrade to another protocol is refused before it reaches the server', async (t) => {
  const { port, ca, connections } = await echo(t);
  const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' };
  const request = https.request({ host: '127.0.0.1', port, ca, path: '/', agent: false, headers });
  request.end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  assert.equal(response.statusCode, 501);
  response.resume();
  assert.equal(connections().total, 0);
});
