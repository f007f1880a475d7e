import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import test from 'node:test';
import { never, within } from '../../../../src/base/delay.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { UserError } from '../../../../src/base/userError.ts';
import { dialer } from '../../../../src/core/session/link/dialer.ts';
import { HostLink } from '../../../../src/core/session/link/hostLink.ts';
import type { LinkState } from '../../../../src/core/session/state.ts';
import type { NetworkSenses } from '../../../../src/core/session/link/networkEvents.ts';
import type { Connection } from '../../../../src/core/ssh/connection.ts';
import { connection } from '../../../support/connection.ts';
import { hostConfig } from '../../../support/hostConfig.ts';
import { until } from '../../../support/until.ts';

type OpenFake = (attended: 'attended' | 'background', signal: AbortSignal) => Promise<Connection>;

/** A network in which nothing happens. */
const quiet: NetworkSenses = {
  now: () => 0,
  addresses: () => [],
  delay: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
};

/** A network that changes, and a machine that sleeps, when the test says so. */
function changing(): { readonly senses: NetworkSenses; sleep(): void; moveTo(address: string): void } {
  let now = 0;
  let address = '192.0.2.1';
  let look: () => void = () => undefined;
  return {
    senses: {
      now: () => now,
      addresses: () => [address],
      delay: (_, signal) =>
        new Promise((resolve) => {
          look = resolve;
          signal.addEventListener('abort', () => resolve());
        }),
    },
    sleep: () => {
      now += 3_600_000;
      look();
    },
    moveTo: (to) => {
      address = to;
      look();
    },
  };
}

function link(
  open: OpenFake,
  waitMs = 20_000,
  senses: NetworkSenses = quiet,
): { link: HostLink; states: LinkState['kind'][]; last: () => LinkState | undefined } {
  const all: LinkState[] = [];
  const states: LinkState['kind'][] = [];
  const made = new HostLink({
    open: async (...args) => ({ connection: await open(...args), config: hostConfig() }),
    log: silentLog,
    senses,
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

function dialOver(made: HostLink): Promise<Duplex> {
  return dialer({ link: made, findPort: () => undefined, reachContainer: async () => ({ kind: 'ends', ends: [] }) })()(
    to,
    never,
  );
}

void test('a lost connection is replaced at once', async () => {
  const first = connection();
  const queue = [first, connection()];
  const { link: made, states } = link(async () => queue.shift() ?? connection());
  await made.open(never);
  first.lose();
  await until('online again', () => states.filter((kind) => kind === 'online').length === 2);
  assert.deepEqual(states, ['connecting', 'online', 'waiting', 'online']);
  await made.close();
});

void test('connections that end before they carry anything are retried with growing pauses', async () => {
  const { link: made, last } = link(async () => {
    const next = connection();
    setImmediate(() => next.lose());
    return next;
  });
  await made.open(never);
  await until('a pause', () => {
    const state = last();
    return state?.kind === 'waiting' && state.retryAt > Date.now() + 500;
  });
  await made.close();
});

void test('a dial while the host is away waits for the next connection', async () => {
  const first = connection();
  let open: (next: Connection) => void = () => undefined;
  const second = new Promise<Connection>((resolve) => (open = resolve));
  let count = 0;
  const { link: made, states } = link(() => (count++ === 0 ? Promise.resolve(first) : second));
  await made.open(never);
  first.lose();
  await until('waiting', () => states.includes('waiting'));
  const dialling = dialOver(made);
  open(connection());
  assert.ok(await dialling);
  await made.close();
});

void test('a dial that waits too long is refused with linkLost', async () => {
  const first = connection();
  let count = 0;
  const { link: made, states } = link(
    () => (count++ === 0 ? Promise.resolve(first) : new Promise<never>(() => undefined)),
    5,
  );
  await made.open(never);
  first.lose();
  await until('waiting', () => states.includes('waiting'));
  await assert.rejects(dialOver(made), (error) => error instanceof UserError && error.problem.code === 'linkLost');
  await made.close();
});

void test('a refused login is not retried', async () => {
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

void test('a background login that needs an answer ends in failed, and waits for the user', async () => {
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

void test('closing while connecting ends the attempt, and closes the connection that comes too late', async () => {
  const late = connection();
  let open: ((connection: Connection) => void) | undefined;
  const { link: made, last } = link(() => new Promise((resolve) => (open = resolve)));
  const opening = made.open(never);
  const settle = await until('the attempt', () => open);
  await made.close();
  settle(late);
  await assert.rejects(opening, (error) => error instanceof UserError && error.problem.code === 'cancelled');
  assert.deepEqual(await late.closed, { kind: 'closed' });
  assert.deepEqual(last(), { kind: 'idle' });
});

void test('waking a waiting link retries at once', async () => {
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

void test('after sleep a connection that gives no sign of life is replaced by another one', async () => {
  const queue = [connection('dead'), connection()];
  const network = changing();
  const { link: made, states } = link(async () => queue.shift() ?? connection(), 20_000, network.senses);
  await made.open(never);
  network.sleep();
  await until('the other connection', () => queue.length === 0 && states.at(-1) === 'online');
  assert.ok(await dialOver(made));
  assert.deepEqual(
    states.filter((kind) => kind !== 'online'),
    ['connecting'],
  );
  await made.close();
});

void test('a silent connection that speaks again stays, and the attempt beside it is given up', async () => {
  let speak: () => void = () => undefined;
  const silent = {
    ...connection('dead'),
    signOfLife: () => new Promise<void>((resolve) => (speak = resolve)),
  };
  let isGivenUp = false;
  let count = 0;
  const {
    link: made,
    states,
    last,
  } = link(async (_, signal) => {
    if (count++ === 0) return silent;
    return new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        isGivenUp = true;
        reject(signal.reason as Error);
      });
    });
  });
  await made.open(never);
  const doubt = made.liveness.doubt('watch');
  await until('the silence to be told', () => last()?.kind === 'online' && 'silentForMs' in (last() ?? {}));
  await until('the attempt beside', () => count === 2);
  speak();
  await doubt;
  assert.ok(isGivenUp);
  assert.equal('silentForMs' in (last() ?? {}), false);
  assert.deepEqual(new Set(states), new Set(['connecting', 'online']));
  await made.close();
});

void test('when only a person could log in again, a silent connection is waited for', async () => {
  let count = 0;
  let speak: () => void = () => undefined;
  const silent = { ...connection('dead'), signOfLife: () => new Promise<void>((resolve) => (speak = resolve)) };
  const { link: made, states } = link(async () => {
    if (count++ === 0) return silent;
    throw new UserError({ code: 'loginNeeded' });
  });
  await made.open(never);
  const doubt = made.liveness.doubt('watch');
  await until('the attempt beside', () => count === 2);
  assert.equal(await within(1500, doubt), false);
  assert.equal(count, 2);
  speak();
  await doubt;
  assert.equal(states.at(-1), 'online');
  await made.close();
});

void test('a live connection survives sleep and a change of network', async () => {
  const network = changing();
  const { link: made, states } = link(async () => connection(), 20_000, network.senses);
  await made.open(never);
  network.sleep();
  network.moveTo('192.0.2.2');
  assert.ok(await dialOver(made));
  assert.deepEqual(states, ['connecting', 'online']);
  await made.close();
});

void test('a change of network ends a hanging attempt before the next attempt begins', async () => {
  const first = connection();
  const network = changing();
  let count = 0;
  let running = 0;
  let most = 0;
  const open: OpenFake = async (_, signal) => {
    count++;
    running++;
    most = Math.max(most, running);
    try {
      if (count === 1) return first;
      if (count > 2) return connection();
      return await new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason as Error), 20));
      });
    } finally {
      running--;
    }
  };
  const { link: made, states } = link(open, 20_000, network.senses);
  await made.open(never);
  first.lose();
  await until('the attempt that hangs', () => count === 2);
  network.moveTo('192.0.2.2');
  await until('online again', () => states.filter((kind) => kind === 'online').length === 2);
  assert.equal(most, 1);
  await made.close();
});

void test('a dial that dies with its connection is repeated on the next one', async () => {
  const first = connection('dead');
  const queue = [first, connection()];
  const { link: made } = link(async () => queue.shift() ?? connection());
  await made.open(never);
  const dialling = dialOver(made);
  await made.liveness.doubt('slowAnswer');
  assert.ok(await dialling);
  await made.close();
});

void test('a request that a silent server does not answer fails when another connection takes over', async () => {
  for (const ask of [
    (made: HostLink) => made.listenRemote({ kind: 'unix', path: '/dev' }, () => undefined, never),
    (made: HostLink) => made.ping(never),
  ]) {
    const queue = [connection('dead'), connection()];
    const { link: made } = link(async () => queue.shift() ?? connection());
    await made.open(never);
    const answer = ask(made);
    void made.liveness.doubt('slowAnswer');
    await assert.rejects(answer, (error) => error instanceof UserError && error.problem.code === 'linkLost');
    await made.close();
  }
});

void test('a slow answer puts the connection in doubt', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let asked = 0;
  const slow = { ...connection('dead'), signOfLife: async () => void asked++ };
  const { link: made } = link(async () => slow);
  await made.open(never);
  const before = asked;
  void made.ping(never).catch(() => undefined);
  t.mock.timers.tick(3000);
  assert.equal(asked, before + 1);
  await made.close();
});

void test('two clicks share one attempt', async () => {
  let count = 0;
  const { link: made } = link(async () => {
    count++;
    return connection();
  });
  await Promise.all([made.open(never), made.open(never)]);
  assert.equal(count, 1);
  await made.close();
});

void test('a click that fails for the network does not end the retries in the background', async () => {
  const first = connection();
  const gone = new UserError({ code: 'connectionRefused', host: 'devbox', address: '127.0.0.1', port: 22 });
  let isBack = false;
  let count = 0;
  const { link: made, states } = link(async () => {
    if (count++ === 0) return first;
    if (!isBack) throw gone;
    return connection();
  });
  await made.open(never);
  first.lose();
  await until('waiting', () => states.at(-1) === 'waiting');
  await assert.rejects(made.open(never), gone);
  isBack = true;
  await until('waiting again', () => states.at(-1) === 'waiting');
  made.wake();
  await until('online again', () => states.at(-1) === 'online');
  await made.close();
});

void test('a reloaded window connects in the background, asks nobody, and retries', async () => {
  const asked: string[] = [];
  let isBack = false;
  const { link: made, states } = link(async (attended) => {
    asked.push(attended);
    if (!isBack) throw new UserError({ code: 'dnsFailed', host: 'devbox', hostName: 'devbox' });
    return connection();
  });
  await made.resume();
  await until('waiting for the second try', () => states.filter((kind) => kind === 'waiting').length === 2);
  isBack = true;
  made.wake();
  await until('online', () => states.at(-1) === 'online');
  assert.deepEqual(new Set(asked), new Set(['background']));
  await made.close();
});

void test('a waiting dial is refused at once when only the user can bring the host back', async () => {
  const first = connection();
  let refuse: ((error: Error) => void) | undefined;
  let count = 0;
  const { link: made } = link(() => {
    if (count++ === 0) return Promise.resolve(first);
    return new Promise<never>((_, reject) => (refuse = reject));
  });
  await made.open(never);
  first.lose();
  const settle = await until('the attempt', () => refuse);
  const dialling = dialOver(made);
  settle(new UserError({ code: 'cancelled' }));
  await assert.rejects(dialling, (error) => error instanceof UserError && error.problem.code === 'linkLost');
});
