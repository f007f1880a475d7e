import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestHeaders, responseHeaders } from '../../../src/core/front/headers.ts';

const origin = { authority: 'localhost:5173', isServerTls: false, clientAddress: '127.0.0.1' };

test('the server sees a plain http request: Host, Origin and Referer agree, without X-Forwarded-Proto', () => {
  const passed = requestHeaders(
    {
      ':path': '/',
      origin: 'https://localhost:5173',
      referer: 'https://localhost:5173/form?x=1',
      'x-forwarded-proto': 'https',
      forwarded: 'proto=https',
      cookie: 'a=1; b=2',
    },
    origin,
  );
  assert.deepEqual(passed, {
    host: 'localhost:5173',
    origin: 'http://localhost:5173',
    referer: 'http://localhost:5173/form?x=1',
    cookie: 'a=1; b=2',
  });
});

test('the Origin of another site is unchanged', () => {
  for (const other of ['https://localhost:8000', 'https://localhost:51733', 'https://example.org', 'null']) {
    assert.equal(requestHeaders({ origin: other }, origin)['origin'], other);
  }
});

test('hop-by-hop headers, and those that Connection names, are passed on in neither direction', () => {
  const headers = {
    connection: 'close, X-Private',
    'keep-alive': 'timeout=5',
    'x-private': '1',
    te: 'trailers, gzip',
    'transfer-encoding': 'chunked',
    upgrade: 'h2c',
    'http2-settings': 'AAMAAABkAAQAAP__',
    'proxy-connection': 'keep-alive',
    'x-kept': '2',
  };
  assert.deepEqual(requestHeaders(headers, origin), { host: 'localhost:5173', 'x-kept': '2', te: 'trailers' });
  assert.deepEqual(responseHeaders(headers, origin), { 'x-kept': '2' });
});

test('Connection cannot remove Host, and the authority wins over Host', () => {
  assert.equal(requestHeaders({ connection: 'host', host: 'evil.example' }, origin)['host'], 'localhost:5173');
});

test('a redirect to the server itself stays on https, and any other redirect is unchanged', () => {
  const location = (url: string): unknown => responseHeaders({ location: url }, origin)['location'];
  assert.equal(location('http://localhost:5173/next'), 'https://localhost:5173/next');
  assert.equal(location('/next'), '/next');
  assert.equal(location('http://localhost:8000/next'), 'http://localhost:8000/next');
  assert.equal(location('http://localhost:5173.example/'), 'http://localhost:5173.example/');
});

test('a server that allows its own http origin allows the browser’s https origin', () => {
  const headers = { 'access-control-allow-origin': 'http://localhost:5173' };
  assert.equal(responseHeaders(headers, origin)['access-control-allow-origin'], 'https://localhost:5173');
});

test('SECURITY: no response binds all of localhost to https (HSTS) or to another protocol (Alt-Svc)', () => {
  const headers = { 'strict-transport-security': 'max-age=31536000', 'alt-svc': 'h3=":443"', 'set-cookie': ['a=1'] };
  assert.deepEqual(responseHeaders(headers, origin), { 'set-cookie': ['a=1'] });
});

test('for a server that speaks TLS itself, https URLs are unchanged in both directions', () => {
  const tls = { ...origin, isServerTls: true };
  assert.equal(requestHeaders({ origin: 'https://localhost:5173' }, tls)['origin'], 'https://localhost:5173');
  assert.equal(responseHeaders({ location: 'http://localhost:5173/' }, tls)['location'], 'http://localhost:5173/');
});

test('the server learns the address of a client only if that is another machine', () => {
  const forwardedFor = (clientAddress: string): unknown =>
    requestHeaders({ 'x-forwarded-for': '10.0.0.9' }, { ...origin, clientAddress })['x-forwarded-for'];
  assert.equal(forwardedFor('::ffff:127.0.0.1'), undefined);
  assert.equal(forwardedFor('192.168.1.7'), '192.168.1.7');
});
