import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppState, ForwardState } from '../../../../src/core/session/state.ts';
import { emptyState } from '../../../../src/core/session/state.ts';
import { findTargets } from '../../../../src/view/script/findTargets.ts';
import { actedOn, answer } from '../../../../src/view/script/outcome.ts';
import { forwardState, hostState, online, openAt, seenPort } from '../../../support/state.ts';

const paused: ForwardState = { ...forwardState(7000), status: { kind: 'paused' } };
const state: AppState = {
  ...emptyState,
  hosts: [
    hostState({
      link: online,
      forwards: [forwardState(5000), { ...forwardState(6000), status: openAt(6001) }, paused],
    }),
    hostState({ name: 'other', link: online, forwards: [forwardState(5000)] }),
  ],
};

void test('a forward is found by its remote port, by its local port, by its id, and by all of them together', () => {
  const found = (given: object) => findTargets(state, 'showPath', given);
  assert.deepEqual(found({ port: 6000 }), [{ kind: 'forward', host: 'devbox', id: '6000' }]);
  assert.deepEqual(found({ localPort: 6001 }), [{ kind: 'forward', host: 'devbox', id: '6000' }]);
  assert.deepEqual(found({ localPort: 7000 }), [{ kind: 'forward', host: 'devbox', id: '7000' }]);
  assert.deepEqual(found({ host: 'other', port: 5000 }), [{ kind: 'forward', host: 'other', id: '5000' }]);
  assert.deepEqual(found({ host: 'devbox', id: '7000' }), [{ kind: 'forward', host: 'devbox', id: '7000' }]);
  assert.deepEqual(found({}), []);
});

void test('a name that several forwards have is an error where one is wanted, and means all of them elsewhere', () => {
  assert.throws(() => findTargets(state, 'showPath', { port: 5000 }), /2 forwards have port 5000\. It takes /);
  assert.deepEqual(
    findTargets(state, 'stopForward', { port: 5000 }).map((target) => 'host' in target && target.host),
    ['devbox', 'other'],
  );
});

void test('what does not exist is named in the error', () => {
  assert.throws(
    () => findTargets(state, 'stopForward', { host: 'devbox', port: 1 }),
    /no forward has host "devbox", port 1/,
  );
  assert.throws(() => findTargets(state, 'stopForward', { id: '5000' }), /an id needs the host beside it/);
  assert.throws(() => findTargets(state, 'disconnect', { host: 'nowhere' }), /there is no host "nowhere"/);
});

void test('a remote port is one of the only connected host unless the script names another', () => {
  const one = { ...state, hosts: state.hosts.slice(0, 1) };
  assert.deepEqual(findTargets(one, 'forwardListener', { port: 80 }), [
    { kind: 'remotePort', host: 'devbox', port: 80 },
  ]);
  assert.throws(
    () => findTargets(state, 'forwardListener', { port: 80 }),
    /the host is missing: 2 hosts are connected/,
  );
  assert.throws(() => findTargets(state, 'forwardListener', { host: 'devbox' }), /the port is missing/);
});

const [devbox, other] = state.hosts;
const chosen = (host: typeof devbox, index: number) => {
  const forward = host?.forwards[index];
  assert.ok(host && forward);
  return { host, forward };
};

void test('a script gets the data of one forward, a list of several, and one value where it asks for it', () => {
  const one = actedOn(chosen(devbox, 1));
  assert.deepEqual(answer(state, one, {}), {
    host: 'devbox',
    id: '6000',
    kind: 'local',
    origin: 'auto',
    status: 'open',
    remotePort: 6000,
    localAddress: 'localhost:6001',
    localPort: 6001,
    url: 'http://localhost:6001/',
  });
  assert.equal(answer(state, one, { result: 'localPort' }), '6001');
  assert.equal(answer(state, one, { result: 'url' }), 'http://localhost:6001/');
  const two = actedOn(chosen(devbox, 0), chosen(other, 0));
  assert.ok(Array.isArray(answer(state, two, {})));
  assert.throws(() => answer(state, two, { result: 'url' }), /2 forwards have no single url/);
  assert.throws(() => answer(state, actedOn(chosen(devbox, 2)), { result: 'url' }), /The forward has no url/);
  assert.equal(answer(state, undefined, {}), undefined);
});

void test('a forward to a program that has shown no page has no url', () => {
  const program = { framework: 'postgresql', name: 'PostgreSQL', icon: 'database', role: 'database' } as const;
  const host = hostState({ forwards: [forwardState(5432)], remotePorts: [seenPort(5432, { program })] });
  const data = answer({ ...emptyState, hosts: [host] }, actedOn(chosen(host, 0)), {});
  assert.ok(typeof data === 'object' && 'localAddress' in data);
  assert.deepEqual([data.localAddress, data.url], ['localhost:5432', undefined]);
});
