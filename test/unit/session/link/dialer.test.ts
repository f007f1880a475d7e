import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { never, within } from '../../../../src/base/delay.ts';
import { isProblem, UserError } from '../../../../src/base/userError.ts';
import type { Dial, DialProblem } from '../../../../src/core/forward/dial.ts';
import type { Problem } from '../../../../src/core/problem.ts';
import { CountedConnection } from '../../../../src/core/session/link/countedConnection.ts';
import { dialer } from '../../../../src/core/session/link/dialer.ts';
import type { Endpoint } from '../../../../src/core/spec/spec.ts';
import type { Connection } from '../../../../src/core/ssh/connection.ts';
import { connection } from '../../../support/connection.ts';
import { remotePort } from '../../../support/state.ts';

const to = { kind: 'tcp', host: 'localhost', port: 3000 } as const;
const refused = new UserError<DialProblem>({ code: 'connectFailed', to, detail: '' });

/** A dialer over these connections, one after the other, and what was asked of them. */
function over(connections: readonly Connection[], addresses?: readonly string[]) {
  const counted = connections.map((each) => new CountedConnection(each));
  const queue = [...counted];
  /** Which of the connections, by its place. */
  const carried: number[] = [];
  const link = {
    connection: async () => queue.shift() ?? Promise.reject(new UserError<DialProblem>({ code: 'linkLost' })),
    liveness: { answered: async <T>(answer: Promise<T>) => answer },
    carried: (by: CountedConnection) => void carried.push(counted.indexOf(by)),
  };
  const findPort = (port: number) => (addresses && port === to.port ? remotePort(port, { addresses }) : undefined);
  return { dialer: dialer({ link, findPort, reachContainer: async () => ({ kind: 'ends', ends: [] }) }), carried };
}

function answering(dial: Dial): Connection {
  return { ...connection(), dial };
}

void test('localhost is dialled in the family in which the port listens', async () => {
  const dialled: Endpoint[] = [];
  const any = answering(async (each) => {
    dialled.push(each);
    return new PassThrough();
  });
  const unix = { kind: 'unix', path: '/tmp/app.sock' } as const;
  await over([any], ['::1']).dialer()(to, never);
  await over([any], ['127.0.0.1']).dialer()(to, never);
  await over([any]).dialer()(to, never);
  await over([any], ['::1']).dialer()({ ...to, host: 'db.internal' }, never);
  await over([any], ['::1']).dialer()(unix, never);
  assert.deepEqual(dialled, [
    { ...to, host: '::1' },
    { ...to, host: '127.0.0.1' },
    to,
    { ...to, host: 'db.internal' },
    unix,
  ]);
});

void test('a dial that dies with its connection is repeated on the next one', async () => {
  const dead = connection('dead');
  const live = connection();
  const { dialer: dial, carried } = over([dead, live]);
  const dialling = dial()(to, never);
  dead.lose();
  assert.ok(await dialling);
  assert.deepEqual(carried, [1]);
});

void test('a refusal is not repeated, and no dial goes on without a connection', async () => {
  const { dialer: dial, carried } = over([answering(() => Promise.reject(refused)), connection()]);
  await assert.rejects(dial()(to, never), refused);
  assert.deepEqual(carried, []);
  await assert.rejects(over([]).dialer()(to, never), (error) => isProblem(error, 'linkLost'));
});

void test('the outcome of each dial is told', async () => {
  const outcomes: (Problem | undefined)[] = [];
  const { dialer: dial } = over([answering(() => Promise.reject(refused)), connection()]);
  const telling = dial((problem) => outcomes.push(problem));
  await assert.rejects(telling(to, never), refused);
  await telling(to, never);
  assert.deepEqual(outcomes, [refused.problem, undefined]);
});

void test('a replaced connection hands a dial on, except a dial to a name', async () => {
  for (const [host, isMoved] of [
    ['127.0.0.1', true],
    ['db.internal', false],
  ] as const) {
    const first = new CountedConnection(answering(() => new Promise(() => undefined)));
    const queue = [first, new CountedConnection(connection())];
    const link = {
      connection: async () => queue.shift() ?? Promise.reject(new Error('no third')),
      liveness: { answered: async <T>(answer: Promise<T>) => answer },
      carried: () => undefined,
    };
    const channel = dialer({
      link,
      findPort: () => undefined,
      reachContainer: async () => ({ kind: 'ends', ends: [] }),
    })()({ ...to, host }, never);
    await setImmediate();
    first.retire();
    assert.equal(await within(50, channel), isMoved, host);
  }
});
