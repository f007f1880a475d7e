import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { until } from '../../support/until.ts';
import { ask, fronted, frontOf } from './fronted.ts';

const tenMegabytes = crypto.randomBytes(10 * 1024 * 1024);

test('a request over HTTP/2 reaches the server over HTTP/1.1, and its response comes back', async (t) => {
  const { browse, authority } = await fronted(t, (request, response) => {
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    response.end(`${request.httpVersion} ${request.method} ${request.url} ${request.headers.host}`);
  });
  const answer = await ask(browse(), { ':path': '/page?q=1' });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.toString(), `1.1 GET /page?q=1 ${authority}`);
  assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
});

test('a browser that speaks only HTTP/1.1 is served too', async (t) => {
  const { port, ca } = await fronted(t, (request, response) => void response.end(request.url));
  const request = https.get({ host: '127.0.0.1', port, ca, path: '/old', agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  assert.equal(response.httpVersion, '1.1');
  assert.equal((await buffer(response)).toString(), '/old');
});

test('600 requests at once open at most 48 channels, and idle channels are closed', async (t) => {
  let atOnce = 0;
  let most = 0;
  const { browse, connections, front } = await fronted(t, (request, response) => {
    most = Math.max(most, ++atOnce);
    response.setHeader('keep-alive', 'timeout=2');
    setImmediate(() => {
      atOnce--;
      response.end(request.url);
    });
  });
  const session = browse();
  const answers = await Promise.all(Array.from({ length: 600 }, (_, index) => ask(session, { ':path': `/${index}` })));
  assert.ok(answers.every(({ body }, index) => body.toString() === `/${index}`));
  assert.ok(connections().total <= 48, `${connections().total} connections`);
  assert.ok(most > 6, `${most} at once`);
  assert.equal(front.traffic().totalRequests, 600);
  await until('no channel is left', () => connections().open === 0 && front.traffic().channels === 0);
});

test('a program that gets one request at a time gets all of them', async (t) => {
  let atOnce = 0;
  const { browse, connections } = await fronted(
    t,
    (_, response) => {
      assert.equal(++atOnce, 1);
      setImmediate(() => {
        atOnce--;
        response.end('x');
      });
    },
    { maxChannels: 1 },
  );
  const session = browse();
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(session, { ':path': '/' })));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(connections().total, 1);
});

test('an upload and a download of 10 MB keep every byte', async (t) => {
  const { browse, front } = await fronted(t, (request, response) => request.pipe(response));
  const { body } = await ask(browse(), { ':method': 'POST', ':path': '/echo' }, tenMegabytes);
  assert.ok(body.equals(tenMegabytes));
  assert.ok(front.traffic().bytesToRemote > tenMegabytes.length);
  assert.ok(front.traffic().bytesFromRemote > tenMegabytes.length);
});

test('a browser that stops reading also stops the server’s sending', async (t) => {
  let written = 0;
  const { browse } = await fronted(t, (_, response) => {
    const chunk = Buffer.alloc(64 * 1024);
    const write = (): void => {
      while (response.write(chunk)) written += chunk.length;
      written += chunk.length;
    };
    response.on('drain', write);
    write();
  });
  const stream = browse().request({ ':path': '/endless' });
  await once(stream, 'response');
  let before = -1;
  await until('the server waits', () => {
    const isStill = written === before;
    before = written;
    return isStill;
  });
  assert.ok(written < 64 * 1024 * 1024, `${written} bytes`);
  stream.close();
});

test('server-sent events arrive one by one, and do not count against the limit of channels', async (t) => {
  const streams: http.ServerResponse[] = [];
  const { browse } = await fronted(
    t,
    (request, response) => {
      if (request.url !== '/events') return response.end('page');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      streams.push(response);
      return undefined;
    },
    { maxChannels: 1 },
  );
  const session = browse();
  const events = session.request({ ':path': '/events' });
  const [first] = (await once(events, 'data')) as [Buffer];
  assert.equal(first.toString(), 'data: 1\n\n');
  assert.equal((await ask(session, { ':path': '/' })).body.toString(), 'page');
  streams[0]?.write('data: 2\n\n');
  const [second] = (await once(events, 'data')) as [Buffer];
  assert.equal(second.toString(), 'data: 2\n\n');
  events.close();
  await until('the server hears of it', () => streams[0]?.closed === true);
});

test('trailers, early hints, HEAD, 204, 304 and ranges are passed on', async (t) => {
  const { browse } = await fronted(t, (request, response) => {
    switch (request.url ?? '') {
      case '/trailers':
        response.writeHead(200, { trailer: 'checksum' });
        response.write('body');
        response.addTrailers({ checksum: '42' });
        response.end();
        return;
      case '/hints':
        response.writeEarlyHints({ link: '</a.css>; rel=preload' });
        response.end('page');
        return;
      case '/range':
        response.writeHead(206, { 'content-range': 'bytes 0-1/4' }).end(String(request.headers.range).slice(-3));
        return;
      default:
        response.writeHead(Number(request.url?.slice(1)), request.method === 'HEAD' ? { 'content-length': 7 } : {});
        response.end();
    }
  });
  const session = browse();
  const trailers = await ask(session, { ':path': '/trailers' });
  assert.equal(trailers.trailers['checksum'], '42');
  const hints = session.request({ ':path': '/hints' });
  const [early] = (await once(hints, 'headers')) as [Record<string, unknown>];
  assert.deepEqual([early[':status'], early['link']], [103, '</a.css>; rel=preload']);
  hints.resume();
  assert.equal((await ask(session, { ':path': '/range', range: 'bytes=0-1' })).body.toString(), '0-1');
  assert.equal((await ask(session, { ':path': '/204' })).status, 204);
  assert.equal((await ask(session, { ':path': '/304' })).status, 304);
  const head = await ask(session, { ':path': '/200', ':method': 'HEAD' });
  assert.deepEqual([head.headers['content-length'], head.body.length], ['7', 0]);
});

test('an upload waits for the server’s 100 Continue', async (t) => {
  const server = http.createServer();
  server.on('checkContinue', (request: http.IncomingMessage, response: http.ServerResponse) => {
    response.writeContinue();
    request.pipe(response);
  });
  const { browse } = await frontOf(t, server);
  const stream = browse().request({ ':method': 'PUT', ':path': '/', expect: '100-continue' });
  await once(stream, 'continue');
  stream.end('now');
  assert.equal((await buffer(stream)).toString(), 'now');
});

test('a response that breaks off is reset, never ended cleanly', async (t) => {
  const { browse } = await fronted(t, (_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => response.socket?.destroy());
  });
  await assert.rejects(ask(browse(), { ':path': '/' }), /INTERNAL_ERROR/);
});

test('when a browser leaves, its request ends at the server', async (t) => {
  let hasArrived = false;
  let hasLeft = false;
  const { browse } = await fronted(t, (request) => {
    hasArrived = true;
    request.on('close', () => (hasLeft = true));
  });
  const stream = browse().request({ ':path': '/slow' });
  await until('the request is there', () => hasArrived);
  stream.close(http2.constants.NGHTTP2_CANCEL);
  await until('the server hears of it', () => hasLeft);
});

test('a GET on a channel that the server has just closed is repeated on a new one', async (t) => {
  let total = 0;
  const server = net.createServer((socket) => {
    const isFirst = ++total === 1;
    let requests = 0;
    socket.on('data', () => {
      if (isFirst && ++requests === 2) return socket.destroy();
      return socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=9\r\n\r\nok');
    });
  });
  const { browse } = await frontOf(t, server);
  const session = browse();
  assert.equal((await ask(session, { ':path': '/1' })).body.toString(), 'ok');
  assert.equal((await ask(session, { ':path': '/2' })).body.toString(), 'ok');
  assert.equal(total, 2);
});

test('the stream to an unreachable server is refused, so that the browser may retry', async (t) => {
  const server = net.createServer();
  const { browse } = await frontOf(t, server);
  server.close();
  await assert.rejects(ask(browse(), { ':path': '/' }), /REFUSED_STREAM/);
});

test('an answer that is not HTTP becomes 502', async (t) => {
  const server = net.createServer((socket) => socket.once('data', () => socket.end('220 smtp ready\r\n')));
  const { browse } = await frontOf(t, server);
  assert.equal((await ask(browse(), { ':path': '/' })).status, 502);
});

test('a server that speaks TLS itself is reached, whoever signed its certificate', async (t) => {
  const { certificates } = await fronted(t, (_, response) => void response.end());
  const server = https.createServer(certificates.credential('localhost'), (request, response) =>
    response.end(`${request.headers.origin}`),
  );
  const { browse, authority } = await frontOf(t, server, { isTls: true });
  const answer = await ask(browse(), { ':path': '/', origin: `https://${authority}` });
  assert.equal(answer.body.toString(), `https://${authority}`);
});
