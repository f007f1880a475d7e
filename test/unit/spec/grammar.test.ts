import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ForwardSyntaxProblem } from '../../../src/core/spec/fields.ts';
import { type ForwardKind, formatForward, parseForward, parseForwardArgs } from '../../../src/core/spec/grammar.ts';
import type { ForwardSpec } from '../../../src/core/spec/spec.ts';
import { attempt, local, on, problemOf, remote, tcp, texts, unix } from './forwards.ts';

const understood: readonly (readonly [ForwardKind, string, ForwardSpec])[] = [
  ['local', '8000:localhost:8080', local(on(undefined, 8000), tcp('localhost', 8080))],
  ['local', 'localhost:8000:localhost:8080', local(on('localhost', 8000), tcp('localhost', 8080))],
  ['local', '0.0.0.0:8000:localhost:8080', local(on('0.0.0.0', 8000), tcp('localhost', 8080))],
  ['local', '*:8000:db:80', local(on('*', 8000), tcp('db', 80))],
  ['local', ':8000:db:80', local(on('*', 8000), tcp('db', 80))],
  ['local', '[]:8000:db:80', local(on('*', 8000), tcp('db', 80))],
  ['local', '[::1]:8000:[fe80::1%eth0]:80', local(on('::1', 8000), tcp('fe80::1%eth0', 80))],
  ['local', '/tmp/a:/tmp/b', local(unix('/tmp/a'), unix('/tmp/b'))],
  ['local', '/tmp/a:db:80', local(unix('/tmp/a'), tcp('db', 80))],
  ['local', '8000:/tmp/b', local(on(undefined, 8000), unix('/tmp/b'))],
  ['local', '8000:[/tmp/b]', local(on(undefined, 8000), unix('/tmp/b'))],
  ['local', 'localhost:8000:/tmp/b', local(on('localhost', 8000), unix('/tmp/b'))],
  ['local', '/tmp/a\\:b:/tmp/c', local(unix('/tmp/a:b'), unix('/tmp/c'))],
  ['local', './a:db:80', local(unix('./a'), tcp('db', 80))],
  ['local', '//./pipe/docker:/tmp/b', local(unix('//./pipe/docker'), unix('/tmp/b'))],
  ['local', '8000:/x:2', local(on(undefined, 8000), tcp('/x', 2))],
  ['local', '+080:db:http', local(on(undefined, 80), tcp('db', 80))],
  ['local', '  80:db:80', local(on(undefined, 80), tcp('db', 80))],
  ['remote', '0.0.0.0:8022:localhost:22', remote(on('0.0.0.0', 8022), tcp('localhost', 22))],
  ['remote', '0:localhost:22', remote(on(undefined, 0), tcp('localhost', 22))],
  ['remote', '1:0:localhost:22', remote(on('1', 0), tcp('localhost', 22))],
  ['remote', '1:0:0:22', remote(on('1', 0), tcp('0', 22))],
  ['remote', '80:localhost:3000', remote(on(undefined, 80), tcp('localhost', 3000))],
  ['remote', '/tmp/r:/tmp/l', remote(unix('/tmp/r'), unix('/tmp/l'))],
  ['remote', '1080', { kind: 'remoteDynamic', bind: on(undefined, 1080) }],
  ['remote', '0', { kind: 'remoteDynamic', bind: on(undefined, 0) }],
  ['remote', '*:1080', { kind: 'remoteDynamic', bind: on('*', 1080) }],
  ['remote', '8000:8080', { kind: 'remoteDynamic', bind: on('8000', 8080) }],
  ['remote', '/tmp/s', { kind: 'remoteDynamic', bind: unix('/tmp/s') }],
  ['dynamic', '1080', { kind: 'dynamic', bind: on(undefined, 1080) }],
  ['dynamic', '[::1]:1080', { kind: 'dynamic', bind: on('::1', 1080) }],
  ['dynamic', ':1080', { kind: 'dynamic', bind: on('*', 1080) }],
  ['dynamic', '/tmp/s', { kind: 'dynamic', bind: unix('/tmp/s') }],
];

for (const [kind, text, spec] of understood) {
  void test(`${kind} ${text} is parsed, and its formatted form parses to the same value`, () => {
    assert.deepEqual(parseForward(kind, text), spec);
    assert.deepEqual(parseForward(kind, formatForward(spec)), spec);
  });
}

const refused: readonly (readonly [ForwardKind, string, ForwardSyntaxProblem['expected'], number])[] = [
  ['local', '', 'destination', 0],
  ['local', '8000', 'destination', 4],
  ['local', '8000:8080', 'destination', 5],
  ['local', '8000:db', 'destination', 5],
  ['local', '/tmp/a', 'destination', 6],
  ['local', '0:db:80', 'port', 0],
  ['local', '8000:db:0', 'port', 8],
  ['local', '65536:db:80', 'port', 0],
  // Windows' ssh refuses the path of a drive too: its colon ends a field.
  ['local', String.raw`C:\x.sock:/tmp/b`, 'port', 2],
  ['local', 'C:/x.sock:/tmp/b', 'port', 2],
  ['local', '-1:db:80', 'port', 0],
  ['local', '0x50:db:80', 'port', 0],
  ['local', 'no-such-service:db:80', 'port', 0],
  ['local', '8000:db:80 ', 'port', 8],
  ['local', 'a:b:c:d:e', 'end', 8],
  ['local', '[::1:80:db:80', 'closingBracket', 13],
  ['local', '[::1]80:db:80', 'end', 5],
  ['local', '80:db\\', 'escapedCharacter', 6],
  ['local', '80:d\nb:80', 'printable', 4],
  ['local', `80:/${'x'.repeat(107)}`, 'shorterName', 3],
  ['local', `80:${'x'.repeat(1025)}:80`, 'shorterName', 3],
  ['dynamic', '0', 'port', 0],
  ['dynamic', '80:db:80', 'end', 6],
  ['remote', 'a:', 'port', 0],
  ['remote', ':', 'port', 0],
];

for (const [kind, text, expected, position] of refused) {
  void test(`${kind} ${JSON.stringify(text.slice(0, 20))} is refused: ${expected} expected at ${position}`, () => {
    assert.deepEqual(
      problemOf(() => parseForward(kind, text)),
      { code: 'forwardSyntax', text, position, expected },
    );
  });
}

void test('two arguments of an ssh_config line mean the same as one argument with a colon', () => {
  assert.deepEqual(parseForwardArgs('local', '[::1]:8000', '[::1]:80'), local(on('::1', 8000), tcp('::1', 80)));
  assert.deepEqual(parseForwardArgs('remote', '1080'), { kind: 'remoteDynamic', bind: on(undefined, 1080) });
  assert.deepEqual(parseForwardArgs('dynamic', '1080'), { kind: 'dynamic', bind: on(undefined, 1080) });
  assert.deepEqual(parseForwardArgs('remote', '/tmp/r', 'db:80'), remote(unix('/tmp/r'), tcp('db', 80)));
});

void test('an invalid or missing destination argument is refused', () => {
  assert.equal(problemOf(() => parseForwardArgs('remote', 'localhost', '8080')).expected, 'destination');
  assert.equal(problemOf(() => parseForwardArgs('local', '8000')).expected, 'destination');
  assert.equal(problemOf(() => parseForwardArgs('remote', 'a:1:db:80')).expected, 'end');
});

const kinds = fc.constantFrom<ForwardKind>('local', 'remote', 'dynamic');
void test('every formatted forward parses to the same value', () => {
  fc.assert(
    fc.property(kinds, texts, (kind, text) => {
      const spec = attempt(() => parseForward(kind, text));
      if (spec) assert.deepEqual(parseForward(kind, formatForward(spec)), spec);
    }),
    { numRuns: 20_000 },
  );
});
