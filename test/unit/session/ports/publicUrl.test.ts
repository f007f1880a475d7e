import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { never } from '../../../../src/base/delay.ts';
import type { ExecChannel } from '../../../../src/core/detect/exec.ts';
import { until } from '../../../support/until.ts';
import { findPublicUrl, listenForPublicUrl } from '../../../../src/core/session/ports/publicUrl.ts';

test('the address is found in the output of a service, without the text around it', () => {
  assert.equal(
    findPublicUrl('Forwarding HTTP traffic from https://abc-1.example.net\r\n'),
    'https://abc-1.example.net',
  );
  assert.equal(findPublicUrl('\u001B[32mhttps://x.example.com/path?a=1\u001B[0m.'), 'https://x.example.com/path?a=1');
  assert.equal(findPublicUrl('see (https://example.org).'), 'https://example.org');
});

test('a loopback address is not public', () => {
  assert.equal(findPublicUrl('http://localhost:3000 http://127.0.0.1:80'), undefined);
});

test('the address of the forward ranks before the addresses of the service itself', () => {
  const welcome = [
    'Welcome! Follow us at [https://social.example.com/tunnels].',
    'To set up custom domains go to https://admin.example.org/',
    'The documentation is at https://example.org/docs/',
  ];
  const given = 'f8a5.example.net tunneled with tls termination, https://f8a5.example.net';
  const more = 'for a longer lasting name see https://example.org/docs/forever for more information.';
  assert.equal(findPublicUrl([...welcome, given, more].join('\r\n')), 'https://f8a5.example.net');
  assert.equal(findPublicUrl([...welcome, 'http://a.b.example.net', more].join('\n')), 'http://a.b.example.net');
});

function session(): { channel: ExecChannel; stdout: PassThrough; isClosed: () => boolean } {
  const stdout = new PassThrough();
  let isClosed = false;
  const channel: ExecChannel = {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    exit: new Promise(() => undefined),
    close: () => (isClosed = true),
  };
  return { channel, stdout, isClosed: () => isClosed };
}

test('an address in two chunks is read whole, a better one replaces it, and the session stays open', async () => {
  const { channel, stdout, isClosed } = session();
  const end = new AbortController();
  const told: string[] = [];
  const listening = listenForPublicUrl(
    async () => channel,
    (url) => told.push(url),
    end.signal,
  );
  stdout.write('welcome\nhttps://abc.exam');
  await until('the piece to be read', () => stdout.readableLength === 0);
  stdout.write('ple.net\n');
  await until('the address', () => told.length > 0);
  stdout.write('Forwarding from https://def.example.net\n');
  await until('the better one', () => told.length > 1);
  stdout.write('see https://example.org/docs and https://example.org\n'.repeat(1000));
  await listening;
  assert.deepEqual(told, ['https://abc.example.net', 'https://def.example.net']);
  assert.equal(stdout.destroyed, false);
  end.abort();
  assert.ok(isClosed());
});

test('a session that ends without an address calls nobody back', async () => {
  const { channel, stdout } = session();
  const listening = listenForPublicUrl(
    async () => channel,
    () => assert.fail('an address'),
    never,
  );
  stdout.end('good bye\n');
  await listening;
});
