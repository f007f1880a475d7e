import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { UserError } from '../../../src/base/userError.ts';
import type { ForwardSyntaxProblem } from '../../../src/core/spec/fields.ts';
import {
  type ForwardKind,
  formatForward,
  parseForward,
  parseForwardArgs,
  parsePortInput,
} from '../../../src/core/spec/grammar.ts';
import type { Bind, Endpoint, ForwardSpec } from '../../../src/core/spec/spec.ts';

const tcp = (host: string, port: number): Endpoint => ({ kind: 'tcp', host, port });
const on = (host: string | undefined, port: number): Bind => ({ kind: 'tcp', host, port });
const unix = (path: string): { kind: 'unix'; path: string } => ({ kind: 'unix', path });
const local = (bind: Bind, to: Endpoint): ForwardSpec => ({ kind: 'local', bind, to });
const remote = (bind: Bind, to: Endpoint): ForwardSpec => ({ kind: 'remote', bind, to });

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

const here = (port: number, host = 'localhost', to = port): ForwardSpec => local(on(undefined, port), tcp(host, to));
const inputs: readonly (readonly [string, readonly ForwardSpec[]])[] = [
  ['8080', [here(8080)]],
  ['8000:8080', [here(8000, 'localhost', 8080)]],
  ['8000:db:5432', [here(8000, 'db', 5432)]],
  ['db.internal:5432', [here(5432, 'db.internal')]],
  ['[::1]:3000', [here(3000, '::1')]],
  ['9090-9092', [here(9090), here(9091), here(9092)]],
  ['10000-10001:10010-10011', [here(10000, 'localhost', 10010), here(10001, 'localhost', 10011)]],
  ['80-81:db:90-91', [here(80, 'db', 90), here(81, 'db', 91)]],
  ['db:80-81', [here(80, 'db'), here(81, 'db')]],
  ['0.0.0.0:8000:db:80', [local(on('0.0.0.0', 8000), tcp('db', 80))]],
  ['2375:/var/run/docker.sock', [local(on(undefined, 2375), unix('/var/run/docker.sock'))]],
  ['/tmp/d.sock:/var/run/d.sock', [local(unix('/tmp/d.sock'), unix('/var/run/d.sock'))]],
  [':8080', [here(8080)]],
  [' http://localhost:5173/app?a=1,2 ', [here(5173)]],
  ['https://db.internal/', [here(443, 'db.internal')]],
  ['http://[::1]:3000', [here(3000, '::1')]],
  ['http://0.0.0.0:8000/', [here(8000)]],
  ['http://[::]:8000/', [here(8000)]],
  [' 8080 , 9000:3000,9090-9091', [here(8080), here(9000, 'localhost', 3000), here(9090), here(9091)]],
];

for (const [text, specs] of inputs) {
  void test(`${JSON.stringify(text)} in the box is parsed`, () => assert.deepEqual(parsePortInput(text), specs));
}

const badInputs: readonly (readonly [string, ForwardSyntaxProblem['expected']])[] = [
  ['', 'port'],
  ['8080,', 'port'],
  ['0', 'port'],
  ['70000', 'port'],
  ['9092-9090', 'equalRange'],
  ['8000-8001:9000-9005', 'equalRange'],
  ['8000:9000-9005', 'equalRange'],
  ['1-60000', 'fewerPorts'],
  ['1-200,1001-1200', 'fewerPorts'],
  ['1:2:3:4:5', 'port'],
  ['/var/run/docker.sock', 'destination'],
  ['docker run -p 80:80', 'hostName'],
  ['5000 localhost:5000', 'hostName'],
  ['ftp://localhost:80', 'hostName'],
  ['http://localhost:70000', 'port'],
];

for (const [text, expected] of badInputs) {
  void test(`${JSON.stringify(text)} in the box is refused: ${expected} expected`, () => {
    assert.equal(problemOf(() => parsePortInput(text)).expected, expected);
  });
}

const kinds = fc.constantFrom<ForwardKind>('local', 'remote', 'dynamic');
const part = fc.oneof(
  fc.constantFrom('8000', '1', '0', 'localhost', '*', '', '[::1]', '/tmp/a', '[/tmp/a:b]', 'ssh', '/a\\:b', '-'),
  fc.string({ unit: fc.constantFrom(':', '[', ']', '\\', '/', '*', 'a', '1', '-', ' '), maxLength: 6 }),
);
const texts = fc.oneof(
  fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(':')),
  fc.string(),
);

void test('every formatted forward parses to the same value', () => {
  fc.assert(
    fc.property(kinds, texts, (kind, text) => {
      const spec = attempt(() => parseForward(kind, text));
      if (spec) assert.deepEqual(parseForward(kind, formatForward(spec)), spec);
    }),
    { numRuns: 20_000 },
  );
});

void test('any text in the box gives forwards, or a problem with its position', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const specs = attempt(() => parsePortInput(text));
      if (specs) assert.ok(specs.length > 0);
    }),
    { numRuns: 5000 },
  );
});

/** Undefined if the text is refused with a UserError. Any other error is a bug and fails the test. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problem = error.problem as ForwardSyntaxProblem;
    assert.ok(problem.position >= 0 && problem.position <= problem.text.length);
    return undefined;
  }
}

function problemOf(parse: () => unknown): ForwardSyntaxProblem {
  try {
    parse();
  } catch (error) {
    if (error instanceof UserError) return error.problem as ForwardSyntaxProblem;
    throw error;
  }
  throw new assert.AssertionError({ message: 'it was not refused' });
}
