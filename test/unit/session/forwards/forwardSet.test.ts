import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { abortable, never } from '../../../../src/base/delay.ts';
import { isProblem, UserError } from '../../../../src/base/userError.ts';
import type { ListenProblem } from '../../../../src/core/forward/listenProblem.ts';
import type { RunningForward } from '../../../../src/core/forward/runningForward.ts';
import { requestFor, typedRequest } from '../../../../src/core/session/forwards/forwardRequests.ts';
import { ForwardSet, type ForwardSetOptions } from '../../../../src/core/session/forwards/forwardSet.ts';
import type { ForwardState } from '../../../../src/core/session/state.ts';
import { parseForward } from '../../../../src/core/spec/grammar.ts';
import { noTraffic } from '../../../support/state.ts';
import { until } from '../../../support/until.ts';

const forever = new Promise<never>(() => undefined);

/** Local ports of a machine: a port that is open twice is an error, as it is of the system. */
function machine(taken: readonly number[] = []) {
  const inUse = new Set(taken);
  const open: ForwardSetOptions['open'] = async ({ spec: { bind } }): Promise<RunningForward> => {
    const port = bind.kind === 'tcp' ? bind.port : 0;
    if (port !== 0 && inUse.has(port)) throw new UserError<ListenProblem>({ code: 'portInUse', bind });
    inUse.add(port);
    const close = async (): Promise<void> => void inUse.delete(port);
    return { bound: [{ kind: 'tcp', address: '127.0.0.1', port }], traffic: () => noTraffic, close };
  };
  return { inUse, open };
}

function forwardSet(t: TestContext, change: Partial<ForwardSetOptions>) {
  let states: readonly ForwardState[] = [];
  const set = new ForwardSet({
    open: machine().open,
    findWindow: async () => undefined,
    shareMs: () => 0,
    published: () => states,
    onChange: (forwards) => (states = forwards),
    ...change,
  });
  t.after(() => set.close());
  return { set, states: () => states, kinds: () => states.map(({ status }) => status.kind) };
}

void test('a forward is listed while it opens, when it is open, and no more once it is removed', async (t) => {
  const { inUse, open } = machine();
  const { set, kinds } = forwardSet(t, { open });
  const adding = set.add(requestFor(3000, 'user'), never);
  assert.deepEqual(kinds(), ['opening']);
  const { id } = await adding;
  assert.deepEqual([kinds(), [...inUse]], [['open'], [3000]]);
  await set.remove(id);
  assert.deepEqual([kinds(), [...inUse]], [[], []]);
});

void test('an equal request uses the forward that exists', async (t) => {
  const { set, states } = forwardSet(t, {});
  const first = await set.add(requestFor(3000, 'auto'), never);
  const second = await set.add(requestFor(3000, 'user'), never);
  assert.equal(second.id, first.id);
  assert.equal(states().length, 1);
});

void test('a request that leaves the port to the server gets a forward of its own', async (t) => {
  const { set, states } = forwardSet(t, {});
  const request = typedRequest(parseForward('remote', '0:localhost:1'));
  await set.add(request, never);
  await set.add(request, never);
  assert.equal(states().length, 2);
});

void test('a taken port leads to its neighbour and the state says so; a named port fails', async (t) => {
  const { set, states } = forwardSet(t, { open: machine([3000]).open });
  const { status } = await set.add(requestFor(3000, 'user'), never);
  assert.ok(status.kind === 'open' && status.instead?.port === 3000);
  assert.deepEqual(status.bound, [{ kind: 'tcp', address: '127.0.0.1', port: 3001 }]);
  const exact = typedRequest(parseForward('local', '3000:localhost:1'));
  await assert.rejects(set.add(exact, never), (error) => isProblem(error, 'portInUse'));
  assert.deepEqual(
    states().map((each) => each.status.kind),
    ['open', 'failed'],
  );
});

void test('a paused forward frees its port and takes it again', async (t) => {
  const { inUse, open } = machine();
  const { set, kinds } = forwardSet(t, { open });
  const { id } = await set.add(requestFor(3000, 'user'), never);
  await set.pause(id);
  assert.deepEqual([kinds(), [...inUse]], [['paused'], []]);
  await set.resume(id, never);
  assert.deepEqual([kinds(), [...inUse]], [['open'], [3000]]);
});

void test('a forward that moves to a taken port stays where it was', async (t) => {
  const { inUse, open } = machine([4000]);
  const { set, states } = forwardSet(t, { open });
  const { id } = await set.add(requestFor(3000, 'user'), never);
  await assert.rejects(set.move(id, 4000, never), (error) => isProblem(error, 'portInUse'));
  assert.deepEqual([states()[0]?.status.kind, [...inUse]], ['open', [4000, 3000]]);
  await set.move(id, 4001, never);
  assert.deepEqual([...inUse], [4000, 4001]);
});

void test('a dormant forward comes back at the port that it had', async (t) => {
  const { open, inUse } = machine([3000]);
  const { set, states } = forwardSet(t, { open });
  const { id } = await set.add(requestFor(3000, 'auto'), never);
  await set.sleep(id, undefined);
  assert.deepEqual(states()[0]?.status, { kind: 'dormant', localPort: 3001 });
  inUse.delete(3000);
  await set.resume(id, never);
  assert.deepEqual([...inUse], [3001]);
});

void test('off stops what is open or failed, on brings it back, and paused forwards stay paused', async (t) => {
  const { inUse, open } = machine([5000]);
  const { set, kinds } = forwardSet(t, { open });
  await set.add(requestFor(3000, 'user'), never);
  const { id } = await set.add(requestFor(4000, 'user'), never);
  await set.pause(id);
  await assert.rejects(set.add({ ...requestFor(5000, 'user'), localPort: 'exact' }, never));
  await set.switch(false);
  assert.deepEqual([kinds(), [...inUse]], [['off', 'paused', 'off'], [5000]]);
  await set.add(requestFor(6000, 'user'), never);
  assert.equal(kinds().at(-1), 'off');
  await set.switch(true);
  assert.deepEqual(kinds(), ['open', 'paused', 'failed', 'open']);
});

void test('removing or switching off a forward that opens does not wait for the server', async (t) => {
  const silent = { open: (_request: unknown, _tell: unknown, signal: AbortSignal) => abortable(forever, signal) };
  const { set, kinds } = forwardSet(t, silent);
  const first = set.add(requestFor(3000, 'user'), never);
  first.catch(() => undefined);
  await until('the question', () => kinds()[0] === 'opening');
  await set.remove('1');
  await assert.rejects(first, (error) => isProblem(error, 'cancelled'));
  const second = set.add(requestFor(3000, 'user'), never);
  await until('the second question', () => kinds()[0] === 'opening');
  await set.switch(false);
  assert.equal((await second).status.kind, 'off');
});

void test('a shared forward whose time is over goes on for this machine alone; a wide one ends', async (t) => {
  const { set, states } = forwardSet(t, { shareMs: () => 1 });
  const { id } = await set.add(requestFor(3000, 'user'), never);
  await set.share(id, true, never);
  await set.add(typedRequest(parseForward('local', '*:4000:localhost:1')), never);
  await until('both ends', () => states()[0]?.isSharedByHand === undefined && states()[1]?.status.kind === 'expired');
  assert.equal(states()[0]?.status.kind, 'open');
});

void test('a new connection retries what failed for want of one', async (t) => {
  let isOnline = false;
  const { open } = machine();
  const { set, kinds } = forwardSet(t, {
    open: (...args) => (isOnline ? open(...args) : Promise.reject(new UserError({ code: 'linkLost' }))),
  });
  await assert.rejects(set.add(requestFor(3000, 'user'), never));
  assert.deepEqual(kinds(), ['failed']);
  isOnline = true;
  await set.attach(async () => ({ port: 0, close: async () => undefined }), never);
  assert.deepEqual(kinds(), ['open']);
});

void test('on a new connection a failed -R does not take the socket of an open one, which the server still refuses', async (t) => {
  const refused = new UserError({ code: 'remoteBindRefused', bind: { kind: 'unix', path: '/tmp/app.sock' } });
  let isFree = true;
  const { set, kinds } = forwardSet(t, {
    open: async (request, tell, signal) => {
      if (!isFree) throw refused;
      isFree = false;
      const attach = (): Promise<never> => Promise.reject(refused);
      return { ...(await machine().open(request, tell, signal)), attach };
    },
  });
  const request = (text: string) => typedRequest(parseForward('remote', text));
  await set.add(request('/tmp/app.sock:localhost:1'), never);
  await assert.rejects(set.add(request('/tmp/app.sock:localhost:2'), never), refused);
  isFree = true;
  const stop = new AbortController();
  await set.attach(async () => ({ port: 0, close: async () => undefined }), stop.signal);
  assert.deepEqual([kinds(), isFree], [['open', 'failed'], true]);
  stop.abort();
});

void test('clearing ends and forgets all forwards', async (t) => {
  const { inUse, open } = machine();
  const { set, kinds } = forwardSet(t, { open });
  await set.add(requestFor(3000, 'user'), never);
  await set.add(requestFor(4000, 'user'), never);
  await set.clear();
  assert.deepEqual([kinds(), [...inUse]], [[], []]);
});
