import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import fc from 'fast-check';
import { frontOf } from './fronted.ts';

/** A server that is stricter than any real one, and answers every request. `faults`: where it would have to guess. */
function strictServer(): { readonly server: net.Server; readonly faults: string[]; readonly served: string[] } {
  const faults: string[] = [];
  const served: string[] = [];
  const server = net.createServer((socket) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (more: string) => {
      text += more;
      for (let step = takeRequest(text); step; step = takeRequest(text)) {
        text = step.rest;
        faults.push(...step.faults);
        served.push(step.line);
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }
    });
  });
  return { server, faults, served };
}

const headerLine = /^([!#$%&'*+.^_`|~\w-]+): ([\t\x20-\x7e\x80-\xff]*)$/;

function takeRequest(text: string): { rest: string; line: string; faults: string[] } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [line = '', ...lines] = text.slice(0, end).split('\r\n');
  const faults = /^(?:[A-Z]+ \/[\x21-\xff]*|OPTIONS \*) HTTP\/1\.1$/.test(line)
    ? []
    : [`request line ${JSON.stringify(line)}`];
  const headers = new Map<string, string>();
  for (const each of lines) {
    const [, name = '', value = ''] = headerLine.exec(each) ?? [];
    if (name === '') faults.push(`header ${JSON.stringify(each)}`);
    if (headers.has(name.toLowerCase())) faults.push(`${name} twice`);
    headers.set(name.toLowerCase(), value);
  }
  for (const name of ['upgrade', 'http2-settings', 'proxy-connection', 'keep-alive']) {
    if (headers.has(name)) faults.push(`${name} passed`);
  }
  if (!headers.has('host')) faults.push('no host');
  const length = headers.get('content-length');
  const coding = headers.get('transfer-encoding');
  if (length !== undefined && coding !== undefined) faults.push('two lengths');
  if (length !== undefined && !/^\d+$/.test(length)) faults.push(`length ${length}`);
  if (coding !== undefined && coding !== 'chunked') faults.push(`coding ${coding}`);
  const body = text.slice(end + 4);
  const size = coding === undefined ? Number(length ?? 0) : chunkedSize(body);
  return size === undefined || body.length < size ? undefined : { rest: body.slice(size), line, faults };
}

function chunkedSize(body: string): number | undefined {
  for (let at = 0; ;) {
    const [head, digits] = /^([\da-f]+)\r\n/i.exec(body.slice(at)) ?? [];
    if (head === undefined || digits === undefined) return undefined;
    at += head.length + Number.parseInt(digits, 16) + 2;
    if (Number.parseInt(digits, 16) === 0) return at;
  }
}

const hidden = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';

const names = [
  'Content-Length',
  'content-length ',
  'Transfer-Encoding',
  ' Transfer-Encoding',
  'Transfer_Encoding',
  'Connection',
  'Upgrade',
  'TE',
  'Trailer',
  'Host',
  'X',
  'X\r\nTransfer-Encoding',
  'Expect',
  'Keep-Alive',
  ':path',
];
const values = [
  '0',
  '5',
  '+5',
  '5, 5',
  '0x5',
  '-1',
  '5\r\nContent-Length: 0',
  'chunked',
  'chunked, identity',
  'identity, chunked',
  'xchunked',
  'chunked\u000b',
  '\tchunked',
  'chunked\r\n ',
  'close',
  'Content-Length',
  'Transfer-Encoding, Host',
  'h2c',
  'trailers',
  'a\0b',
  'a\nTransfer-Encoding: chunked',
  '/smuggled',
  `a\r\n\r\n${hidden}`,
  '100-continue',
];
const bodies = [
  '',
  'hello',
  `0\r\n\r\n${hidden}`,
  `5\r\nhello\r\n0\r\n\r\n${hidden}`,
  `5;x=\n\r\nhello\r\n0\r\n\r\n${hidden}`,
  hidden,
  `0\r\nX: y\r\n\r\n${hidden}`,
];
const header = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...values));
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'OPTIONS', 'CONNECT', 'TRACE'),
  target: fc.constantFrom('/', '/a b', 'http://x/', '*', '/\r\nX: y', '//x/', 'x:80'),
  headers: fc.array(header, { maxLength: 5 }),
  body: fc.constantFrom(...bodies),
});

test('SECURITY: no malformed HTTP/1.1 request reaches the server as another request or as two', async (t) => {
  const { server, faults, served } = strictServer();
  const { port, ca, front } = await frontOf(t, server);
  await fc.assert(
    fc.asyncProperty(request, async ({ method, target, headers, body }) => {
      faults.length = 0;
      const socket = tls.connect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['http/1.1'] });
      socket.on('error', () => undefined).resume();
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      const text = `${method} ${target} HTTP/1.1\r\nHost: localhost:${port}\r\n${lines}\r\n${body}`;
      socket.end(text, 'latin1');
      await once(socket, 'close');
      assert.deepEqual(faults, []);
      // The server saw no request that the front did not see as one.
      assert.ok(served.length <= front.traffic().totalRequests);
    }),
    { numRuns: 300 },
  );
  assert.ok(served.length > 0);
});

test('SECURITY: no HTTP/2 request with hostile fields reaches the server as another request or as two', async (t) => {
  const { server, faults, served } = strictServer();
  const { port, ca } = await frontOf(t, server);
  const authority = `localhost:${port}`;
  await fc.assert(
    fc.asyncProperty(request, async ({ method, target, headers, body }) => {
      faults.length = 0;
      const socket = tls.connect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['h2'] });
      socket.on('error', () => undefined);
      const pseudo = [
        [':method', method],
        [':scheme', 'https'],
        [':authority', authority],
        [':path', target],
      ] as const;
      const fields = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
      socket.write(requestFrames([...pseudo, ...fields], body));
      socket.on('data', (chunk: Buffer) => {
        // An answer, a reset or a GOAWAY for our stream: the request is over.
        if (isOver(chunk)) socket.end();
      });
      await once(socket, 'close');
      assert.deepEqual(faults, []);
      assert.ok(!served.some((line) => line.includes('/smuggled')));
    }),
    { numRuns: 300 },
  );
  assert.ok(served.length > 0);
});

/** The preface, SETTINGS, uncompressed HEADERS (RFC 7541 §6.2.2) and DATA, as no real client sends them. */
function requestFrames(fields: readonly (readonly [string, string])[], body: string): Buffer {
  const literal = (text: string): Buffer => {
    const bytes = Buffer.from(text, 'latin1');
    // RFC 7541 §5.1: lengths of 127 and more continue in the next byte.
    const length = bytes.length < 127 ? [bytes.length] : [127, bytes.length - 127];
    return Buffer.concat([Buffer.from(length), bytes]);
  };
  const block = Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));
  const flags = body === '' ? 0x5 : 0x4;
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(4, 0, 0, Buffer.alloc(0)),
    frame(1, flags, 1, block),
    ...(body === '' ? [] : [frame(0, 1, 1, Buffer.from(body, 'latin1'))]),
  ]);
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** HEADERS, RST_STREAM or GOAWAY are among the frames. */
function isOver(chunk: Buffer): boolean {
  for (let at = 0; at + 9 <= chunk.length; at += 9 + chunk.readUIntBE(at, 3)) {
    if ([1, 3, 7].includes(chunk.readUInt8(at + 3))) return true;
  }
  return false;
}
