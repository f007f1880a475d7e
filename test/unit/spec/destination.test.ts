import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProblem } from '../../../src/base/userError.ts';
import { parseHop, readDestination, splitDestination } from '../../../src/core/spec/destination.ts';
import { readPort } from '../../../src/core/spec/services.ts';

test('a typed destination is a hop of -J or a bare IPv6 address', () => {
  assert.deepEqual(readDestination('me@box:2200'), { user: 'me', host: 'box', port: 2200 });
  assert.deepEqual(readDestination('ssh://me@box'), { user: 'me', host: 'box' });
  assert.deepEqual(readDestination('fe80::1'), { host: 'fe80::1' });
  assert.deepEqual(readDestination('me@fe80::1%eth0'), { user: 'me', host: 'fe80::1%eth0' });
  assert.deepEqual(readDestination('[::1]:22'), { host: '::1', port: 22 });
});

test('an alias may have slashes, as on the command line of ssh', () => {
  assert.deepEqual(readDestination('aws/team/1'), { host: 'aws/team/1' });
  assert.deepEqual(readDestination('me@unix//run/x'), { user: 'me', host: 'unix//run/x' });
});

test('a typed text that is no destination is refused', () => {
  for (const text of [
    '',
    '@box',
    'box:x',
    'box:0',
    '-x',
    'a;b',
    'a b',
    '-l@box',
    '@a/b',
    'http://box/',
    'ssh://box/a',
  ]) {
    assert.throws(
      () => readDestination(text),
      (error) => isProblem(error, 'configBadName'),
      text,
    );
  }
});

test('a hop of -J may have a port, the destination of a command line may not', () => {
  assert.deepEqual(parseHop('a@b@box:ssh'), { user: 'a@b', host: 'box', port: 22 });
  assert.deepEqual(splitDestination('a@b@box:ssh'), { user: 'a@b', host: 'box:ssh' });
});

test('a URI is decoded and checked as ssh(1) does', () => {
  for (const parse of [parseHop, splitDestination]) {
    assert.deepEqual(parse('ssh://m%C3%A9+x;fingerprint=y@box/'), { user: 'mé x', host: 'box' });
    for (const uri of ['ssh://', 'ssh://a@b@box', 'ssh://@box', 'ssh://;x@box', 'ssh://m%00@box', 'ssh://%zz@box']) {
      assert.equal(parse(uri), undefined, uri);
    }
  }
  assert.deepEqual(parseHop('ssh://box:2200'), { host: 'box', port: 2200 });
  assert.equal(parseHop('ssh://[::1]:22'), undefined, 'OpenSSH takes no IPv6 address inside the URI of a hop');
});

test('a port is a number from 1 to 65535 or the name of a service', () => {
  assert.deepEqual(
    ['22', ' +022', 'ssh', '65535'].map((text) => readPort(text)),
    [22, 22, 22, 65_535],
  );
  for (const text of ['', '0', '-1', '-0', '65536', '22x', '1.5', 'no such'])
    assert.equal(readPort(text), undefined, text);
});
