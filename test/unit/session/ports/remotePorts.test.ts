import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { never } from '../../../../src/base/delay.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { UserError } from '../../../../src/base/userError.ts';
import type { Dial, DialProblem } from '../../../../src/core/forward/dial.ts';
import { parseForward } from '../../../../src/core/spec/grammar.ts';
import { CountedConnection } from '../../../../src/core/session/link/countedConnection.ts';
import { dialer } from '../../../../src/core/session/link/dialer.ts';
import { type ForwardRequest, typedRequest } from '../../../../src/core/session/forwards/forwardRequests.ts';
import { RemotePorts } from '../../../../src/core/session/ports/remotePorts.ts';
import { defaultSettings } from '../../../../src/core/session/settings.ts';
import type { ForwardState } from '../../../../src/core/session/state.ts';
import { connection } from '../../../support/connection.ts';
import { hostState, openAt, remotePort } from '../../../support/state.ts';
import { until } from '../../../support/until.ts';

function answer(text: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

/** A host whose programs answer when the test says so, in the order in which they were asked. */
function remote(forwards: readonly ForwardState[] = [], prohibited?: number) {
  let host = hostState({ forwards });
  const asked: { readonly port: number; readonly say: (text: string) => void }[] = [];
  const forwarded: number[] = [];
  let writes = 0;
  const dial: Dial = async (to) => {
    if (to.kind === 'tcp' && to.port === prohibited) {
      throw new UserError<DialProblem>({ code: 'forwardingProhibited', to, detail: '' });
    }
    const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    asked.push({ port: to.kind === 'tcp' ? to.port : 0, say: (text) => stream.push(text) });
    return stream;
  };
  const ports = new RemotePorts({
    settings: { get: () => ({ ...defaultSettings, autoForward: 'all' }) },
    log: silentLog,
    read: () => host,
    write: (change) => {
      host = change(host);
      writes++;
    },
    dialer: dialer({
      link: {
        connection: async () => new CountedConnection({ ...connection(), dial }),
        liveness: { answered: async (reply) => reply },
        carried: () => undefined,
      },
      findPort: () => undefined,
      reachContainer: async () => ({ kind: 'ends', ends: [] }),
    }),
    sshPort: () => 22,
    isOwnPort: () => false,
    open: async ({ spec, origin, remotePort: port = 0 }: ForwardRequest) => {
      forwarded.push(Number(port));
      return { id: '9', spec, origin, status: { kind: 'opening' } };
    },
    sleep: async () => undefined,
    wake: async () => undefined,
    onAutoForward: () => undefined,
  });
  ports.begin([]);
  ports.update([], never);
  return { ports, asked, forwarded, writes: () => writes, find: (port: number) => ports.find(port) };
}

test('a port of our own -R forward is neither asked nor forwarded', async () => {
  const { spec, origin } = typedRequest(parseForward('remote', '0:localhost:3000'));
  const { ports, asked, forwarded } = remote([{ id: '1', spec, origin, status: openAt(8800) }]);
  ports.update([remotePort(8800), remotePort(8801)], never);
  await until('the question to the other', () => asked.length > 0);
  asked[0]?.say(answer('hello'));
  await until('the forward of the other', () => forwarded.length > 0);
  assert.deepEqual([asked.map(({ port }) => port), forwarded], [[8801], [8801]]);
});

test('a late answer of an ended program is not shown for the program that has its port now', async () => {
  const { ports, asked, forwarded, find } = remote();
  ports.update([remotePort(3000, { socketId: 'first' })], never);
  await until('the first question', () => asked.length === 1);
  ports.update([remotePort(3000, { socketId: 'second' })], never);
  await until('the second question', () => asked.length === 2);
  asked[1]?.say(answer('<title>second</title>'));
  await until('the second answer', () => find(3000)?.program);
  asked[0]?.say(answer('<title>first</title>'));
  ports.update([remotePort(3000, { socketId: 'second' }), remotePort(3001)], never);
  await until('a later question', () => asked.length === 3);
  asked[2]?.say(answer('third'));
  await until('a later answer', () => find(3001)?.program);
  assert.equal(find(3000)?.program?.title, 'second');
  assert.deepEqual(forwarded, [3000, 3001]);
});

test('an ephemeral port that closes within two seconds is never asked', async () => {
  const { ports, asked } = remote();
  const process = { pid: 8, name: 'vite', commandLine: ['vite', '--port', '0'] };
  ports.update([remotePort(40_000, { process }), remotePort(3000)], never);
  await until('the question to the other', () => asked.length === 1);
  ports.update([remotePort(40_001, { process }), remotePort(3000)], never);
  await until('the question to one that stays', () => asked.length === 2);
  assert.deepEqual(
    asked.map(({ port }) => port),
    [3000, 40_001],
  );
});

test('a port that the server prohibits is named but not auto-forwarded', async () => {
  const { ports, asked, forwarded, find } = remote([], 5000);
  ports.update([remotePort(5000)], never);
  await until('its name', () => find(5000)?.program);
  ports.update([remotePort(5000), remotePort(3000)], never);
  await until('the question to the other', () => asked.length === 1);
  asked[0]?.say(answer('hello'));
  await until('the forward of the other', () => forwarded.length > 0);
  assert.deepEqual(forwarded, [3000]);
});

test('1,000 new ports are asked 16 at a time, and their answers are written together', async () => {
  const { ports, asked, find, writes } = remote();
  const numbers = Array.from({ length: 1000 }, (_, index) => 3000 + index);
  const before = writes();
  ports.update(
    numbers.map((port) => remotePort(port)),
    never,
  );
  let answers = 0;
  await until('all answers', () => {
    assert.ok(asked.length - answers <= 16, `${asked.length - answers} questions at once`);
    for (; answers < asked.length; answers++) asked[answers]?.say(answer('hello'));
    return answers === 500 && find(3499)?.program !== undefined;
  });
  assert.equal(find(3500), undefined);
  assert.ok(writes() - before < 40, `${writes() - before} writes`);
});
