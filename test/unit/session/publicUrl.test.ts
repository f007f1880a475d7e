import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { ExecChannel } from '../../../src/core/detect/exec.ts';
import { findPublicUrl, listenForPublicUrl } from '../../../src/core/session/publicUrl.ts';

test('an address is found in what a service prints, without the words around it', () => {
  assert.equal(
    findPublicUrl('Forwarding HTTP traffic from https://abc-1.example.net\r\n'),
    'https://abc-1.example.net',
  );
  assert.equal(findPublicUrl('\u001B[32mhttps://x.example.com/path?a=1\u001B[0m.'), 'https://x.example.com/path?a=1');
  assert.equal(findPublicUrl('see (https://example.org).'), 'https://example.org');
});

test('an address of this machine is no public one', () => {
  assert.equal(findPublicUrl('http://localhost:3000 http://127.0.0.1:80'), undefined);
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

test('an address that comes in pieces is taken whole, and the session stays open', async () => {
  const { channel, stdout, isClosed } = session();
  const end = new AbortController();
  const found = listenForPublicUrl(async () => channel, end.signal);
  stdout.write('welcome\nhttps://abc.exam');
  stdout.write('ple.net\n');
  assert.equal(await found, 'https://abc.example.net');
  assert.equal(stdout.destroyed, false);
  end.abort();
  assert.ok(isClosed());
});

test('a session that ends without an address gives none', async () => {
  const { channel, stdout } = session();
  const found = listenForPublicUrl(async () => channel, new AbortController().signal);
  stdout.end('good bye\n');
  assert.equal(await found, undefined);
});
