import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { silentLog } from '../../../src/base/log.ts';
import { UserError } from '../../../src/base/userError.ts';
import { Link } from '../../../src/core/session/link.ts';
import type { LinkState } from '../../../src/core/session/state.ts';
import type { Connection, ConnectionEnd } from '../../../src/core/ssh/connection.ts';
import { hostConfig } from '../../support/hostConfig.ts';
import { until } from '../../support/until.ts';

interface FakeConnection extends Connection {
  lose(): void;
}

function connection(): FakeConnection {
  let end: (how: ConnectionEnd) => void = () => undefined;
  const closed = new Promise<ConnectionEnd>((resolve) => (end = resolve));
  const facts = {
    transport: 'builtin',
    serverVersion: '',
    cipher: '',
    kex: '',
    hostKey: '',
    via: [],
    authMethod: '',
  } as const;
  const refuse = (): Promise<never> => Promise.reject(new Error('not part of this test'));
  return {
    facts,
    dial: async () => new PassThrough(),
    exec: refuse,
    listenRemote: refuse,
    ping: refuse,
    closed,
    close: async () => end({ kind: 'closed' }),
    lose: () => end({ kind: 'lost', why: 'ended', detail: '' }),
  };
}

function link(
  open: () => Promise<Connection>,
  waitMs = 20_000,
): { link: Link; states: LinkState['kind'][]; last: () => LinkState | undefined } {
  const all: LinkState[] = [];
  const states: LinkState['kind'][] = [];
  const made = new Link({
    open: async () => ({ connection: await open(), config: hostConfig() }),
    log: silentLog,
    waitMs: () => waitMs,
    onState: (state) => {
      all.push(state);
      states.push(state.kind);
    },
    onConnection: () => undefined,
  });
  return { link: made, states, last: () => all.at(-1) };
}

const to = { kind: 'tcp', host: 'localhost', port: 80 } as const;
const never = new AbortController().signal;

void test('a lost link is made again by itself, at once', async () => {
  const first = connection();
  const queue = [first, connection()];
  const { link: made, states } = link(async () => queue.shift() ?? connection());
  await made.open(never);
  first.lose();
  await until('online again', () => states.filter((kind) => kind === 'online').length === 2);
  assert.deepEqual(states, ['connecting', 'online', 'waiting', 'online']);
  await made.close();
});

void test('a connection that comes while the link is away waits for the next one', async () => {
  const first = connection();
  let open: (next: Connection) => void = () => undefined;
  const second = new Promise<Connection>((resolve) => (open = resolve));
  let count = 0;
  const { link: made, states } = link(() => (count++ === 0 ? Promise.resolve(first) : second));
  await made.open(never);
  first.lose();
  await until('waiting', () => states.includes('waiting'));
  const dialling = made.dial(to, never);
  open(connection());
  assert.ok(await dialling);
  await made.close();
});

void test('a connection that waits in vain is refused with linkLost', async () => {
  const first = connection();
  let count = 0;
  const { link: made, states } = link(
    () => (count++ === 0 ? Promise.resolve(first) : new Promise<never>(() => undefined)),
    5,
  );
  await made.open(never);
  first.lose();
  await until('waiting', () => states.includes('waiting'));
  await assert.rejects(
    made.dial(to, never),
    (error) => error instanceof UserError && error.problem.code === 'linkLost',
  );
  await made.close();
});

void test('a refused login is not tried again', async () => {
  const first = connection();
  let count = 0;
  const problem = { code: 'authFailed', host: 'devbox', user: 'me', tried: [], accepted: [] } as const;
  const {
    link: made,
    states,
    last,
  } = link(async () => {
    if (count++ === 0) return first;
    throw new UserError(problem);
  });
  await made.open(never);
  first.lose();
  await until('failed', () => states.includes('failed'));
  assert.deepEqual(last(), { kind: 'failed', why: problem });
  assert.equal(count, 2);
});

void test('a question that nobody can answer in the background waits for the user', async () => {
  const first = connection();
  let count = 0;
  const { link: made, last } = link(async () => {
    if (count++ === 0) return first;
    throw new UserError({ code: 'cancelled' });
  });
  await made.open(never);
  first.lose();
  await until('failed', () => last()?.kind === 'failed');
  assert.deepEqual(last(), { kind: 'failed', why: { code: 'loginNeeded' } });
});

void test('closing while connecting ends the attempt and closes what comes too late', async () => {
  const late = connection();
  let open: (connection: Connection) => void = () => undefined;
  const { link: made, last } = link(() => new Promise((resolve) => (open = resolve)));
  const opening = made.open(never);
  await made.close();
  open(late);
  await assert.rejects(opening, (error) => error instanceof UserError && error.problem.code === 'cancelled');
  assert.deepEqual(await late.closed, { kind: 'closed' });
  assert.deepEqual(last(), { kind: 'idle' });
});

void test('waking a link that waits tries again at once', async () => {
  const first = connection();
  let count = 0;
  const { link: made, states } = link(async () => {
    count++;
    if (count === 1) return first;
    if (count === 2) throw new UserError({ code: 'connectionRefused', host: 'devbox', address: '127.0.0.1', port: 22 });
    return connection();
  });
  await made.open(never);
  first.lose();
  await until('waiting for the second try', () => states.filter((kind) => kind === 'waiting').length === 2);
  made.wake();
  await until('online again', () => states.at(-1) === 'online');
  await made.close();
});
