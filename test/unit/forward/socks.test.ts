import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Credentials, SocksParser, type SocksStep } from '../../../src/core/forward/socks.ts';

const bytes = (...parts: readonly (number | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part, 'latin1'))));
const greeting = bytes(5, 1, 0);
const port = bytes(0x1f, 0x90);

/** The last step of a request, with all replies until then. */
function finish(request: Buffer, cut: readonly number[] = [], credentials?: Credentials): SocksStep {
  const parser = new SocksParser(credentials);
  const ends = [...cut.map((at) => at % (request.length + 1)).toSorted((a, b) => a - b), request.length];
  const replies: Buffer[] = [];
  let start = 0;
  for (const end of ends) {
    const step = parser.push(request.subarray(start, end));
    replies.push(step.reply);
    if (step.kind !== 'more') {
      const rest = step.kind === 'connect' ? { rest: Buffer.concat([step.rest, request.subarray(end)]) } : {};
      return { ...step, ...rest, reply: Buffer.concat(replies) };
    }
    start = end;
  }
  return { kind: 'more', reply: Buffer.concat(replies) };
}

const requests: readonly (readonly [string, Buffer, string])[] = [
  ['SOCKS 4 with IPv4', bytes(4, 1, '\x1f\x90', 10, 1, 2, 3, 'me', 0), '10.1.2.3'],
  ['SOCKS 4 without a user', bytes(4, 1, '\x1f\x90', 127, 0, 0, 1, 0), '127.0.0.1'],
  ['SOCKS 4a with a name', bytes(4, 1, '\x1f\x90', 0, 0, 0, 1, 'me', 0, 'db.internal', 0), 'db.internal'],
  ['SOCKS 5 with IPv4', bytes(5, 2, 0, 2, 5, 1, 0, 1, 10, 1, 2, 3, '\x1f\x90'), '10.1.2.3'],
  ['SOCKS 5 with a name', bytes(5, 1, 0, 5, 1, 0, 3, 11, 'db.internal', '\x1f\x90'), 'db.internal'],
  ['SOCKS 5 with IPv6', bytes(5, 1, 0, 5, 1, 0, 4, '\0'.repeat(15), 1, '\x1f\x90'), '::1'],
];

for (const [name, request, host] of requests) {
  void test(`${name} is parsed in chunks of any size, and the bytes after it are kept`, () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), fc.string(), (cut, after) => {
        const step = finish(Buffer.concat([request, Buffer.from(after)]), cut);
        assert.equal(step.kind, 'connect');
        if (step.kind !== 'connect') return;
        assert.deepEqual([step.host, step.port, step.rest.toString()], [host, 8080, after]);
        assert.deepEqual(step.reply, request[0] === 5 ? bytes(5, 0) : bytes());
      }),
    );
  });
}

void test('the reply of SOCKS 5 has the codes of RFC 1928', () => {
  const step = finish(requests[3]?.[1] ?? bytes());
  assert.equal(step.kind, 'connect');
  if (step.kind !== 'connect') return;
  const code = (outcome: Parameters<typeof step.encode>[0]): number | undefined => step.encode(outcome)[1];
  assert.deepEqual(step.encode('connected'), bytes(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
  assert.deepEqual(
    ['prohibited', 'networkUnreachable', 'hostUnreachable', 'refused', 'failed'].map((outcome) =>
      code(outcome as 'failed'),
    ),
    [2, 3, 4, 5, 1],
  );
});

void test('the reply of SOCKS 4 is 90 or 91', () => {
  const step = finish(requests[0]?.[1] ?? bytes());
  assert.equal(step.kind, 'connect');
  if (step.kind !== 'connect') return;
  assert.deepEqual(step.encode('connected'), bytes(0, 90, '\0'.repeat(6)));
  assert.deepEqual(step.encode('refused'), bytes(0, 91, '\0'.repeat(6)));
});

const failures: readonly (readonly [string, Buffer, Buffer])[] = [
  ['a first byte that is not SOCKS, without an answer', bytes('GET / HTTP/1.1'), bytes()],
  ['no method that is served here', bytes(5, 1, 2), bytes(5, 0xff)],
  [
    'SOCKS 5 BIND',
    Buffer.concat([greeting, bytes(5, 2, 0, 1, 1, 2, 3, 4), port]),
    bytes(5, 0, 5, 7, 0, 1, '\0'.repeat(6)),
  ],
  [
    'SOCKS 5 UDP ASSOCIATE',
    Buffer.concat([greeting, bytes(5, 3, 0, 1, 1, 2, 3, 4), port]),
    bytes(5, 0, 5, 7, 0, 1, '\0'.repeat(6)),
  ],
  [
    'an unknown kind of address',
    Buffer.concat([greeting, bytes(5, 1, 0, 2, 1, 2)]),
    bytes(5, 0, 5, 8, 0, 1, '\0'.repeat(6)),
  ],
  ['an empty name', Buffer.concat([greeting, bytes(5, 1, 0, 3, 0), port]), bytes(5, 0, 5, 1, 0, 1, '\0'.repeat(6))],
  [
    'a name with a line break',
    Buffer.concat([greeting, bytes(5, 1, 0, 3, 3, 'a\nb'), port]),
    bytes(5, 0, 5, 1, 0, 1, '\0'.repeat(6)),
  ],
  ['port 0', Buffer.concat([greeting, bytes(5, 1, 0, 1, 1, 2, 3, 4, 0, 0)]), bytes(5, 0, 5, 1, 0, 1, '\0'.repeat(6))],
  [
    'a request of another version',
    Buffer.concat([greeting, bytes(4, 1, 0, 1)]),
    bytes(5, 0, 5, 1, 0, 1, '\0'.repeat(6)),
  ],
  ['SOCKS 4 BIND', bytes(4, 2, '\x1f\x90', 10, 1, 2, 3, 0), bytes(0, 91, '\0'.repeat(6))],
  ['a SOCKS 4 user that never ends', bytes(4, 1, '\x1f\x90', 10, 1, 2, 3, 'x'.repeat(2000)), bytes()],
  ['a SOCKS 4a name that never ends', bytes(4, 1, '\x1f\x90', 0, 0, 0, 1, 0, 'x'.repeat(2000)), bytes()],
];

for (const [name, request, reply] of failures) {
  void test(`refused: ${name}`, () => assert.deepEqual(finish(request), { kind: 'fail', reply }));
}

const credentials = { user: 'me', password: 'secret' };
const connect = bytes(5, 1, 0, 1, 10, 1, 2, 3, '\x1f\x90');

void test('the right user and password are accepted', () => {
  const step = finish(Buffer.concat([bytes(5, 2, 0, 2, 1, 2, 'me', 6, 'secret'), connect]), [3, 6, 9], credentials);
  assert.equal(step.kind, 'connect');
  assert.deepEqual(step.reply, bytes(5, 2, 1, 0));
});

void test('a wrong password, a missing password and SOCKS 4 are refused if a login is required', () => {
  const wrong = finish(Buffer.concat([bytes(5, 1, 2, 1, 2, 'me', 5, 'wrong'), connect]), [], credentials);
  assert.deepEqual(wrong, { kind: 'fail', reply: bytes(5, 2, 1, 1) });
  assert.deepEqual(finish(greeting, [], credentials), { kind: 'fail', reply: bytes(5, 0xff) });
  assert.equal(finish(requests[0]?.[1] ?? bytes(), [], credentials).kind, 'fail');
});

void test('no input makes the parser throw', () => {
  const start = fc.constantFrom(bytes(), bytes(4), bytes(5), greeting, bytes(5, 1, 0, 5, 1, 0, 3));
  fc.assert(
    fc.property(start, fc.uint8Array(), fc.boolean(), (first, noise, asksPassword) => {
      finish(Buffer.concat([first, noise]), [], asksPassword ? credentials : undefined);
    }),
    { numRuns: 3000 },
  );
});
