import assert from 'node:assert/strict';
import test from 'node:test';
import type { Problem } from '../../../../src/core/problem.ts';
import {
  changedForwards,
  dormant,
  extended,
  type ForwardLife,
  isExpired,
  isHeld,
  needsConnection,
  newLife,
  opened,
  type OpenForward,
  released,
  stateOf,
  statusOf,
  withTrouble,
} from '../../../../src/core/session/forwards/forwardLife.ts';
import {
  type ForwardRequest,
  requestFor,
  typedRequest,
} from '../../../../src/core/session/forwards/forwardRequests.ts';
import type { ForwardStatus } from '../../../../src/core/session/state.ts';
import { parseForward } from '../../../../src/core/spec/grammar.ts';
import { forwardState, noTraffic, openAt } from '../../../support/state.ts';

const request = requestFor(5000, 'auto');
const wide = typedRequest(parseForward('local', '*:5000:localhost:1'));
const { bound } = openAt(5000);
const running = { bound, traffic: () => noTraffic, close: async () => undefined };
const open: OpenForward = { kind: 'open', running };
const window = { ended: new Promise<void>(() => undefined), close: () => undefined };
const elsewhere: ForwardLife = { kind: 'elsewhere', window, localPort: 5000 };
const linkLost: Problem = { code: 'linkLost' };
const refused: Problem = { code: 'remoteBindRefused', bind: request.spec.bind };
const others: readonly ForwardLife[] = [
  { kind: 'opening' },
  { kind: 'released', localPort: 5000 },
  { kind: 'closing', shown: { kind: 'paused' } },
  { kind: 'off' },
  { kind: 'paused' },
  { kind: 'expired' },
  { kind: 'dormant' },
  { kind: 'failed', why: linkLost },
];

void test('a new forward opens, unless it comes back paused', () => {
  assert.deepEqual(newLife(request), { kind: 'opening' });
  assert.deepEqual(newLife({ ...request, isPaused: true }), { kind: 'paused' });
});

void test('only a forward that other machines reach expires, and none of the configuration', () => {
  const table: readonly [name: string, request: ForwardRequest, shareEnd: number | undefined, until?: number][] = [
    ['for this machine alone', request, 99],
    ['wide', wide, 99, 99],
    ['wide, and the user wants no end', wide, undefined],
    ['wide, of the configuration', { ...wide, origin: 'config' }, 99],
    ['shared by hand', { ...request, isSharedByHand: true }, 99, 99],
    ['shared by hand, of the configuration', { ...request, origin: 'config', isSharedByHand: true }, 99, 99],
  ];
  for (const [name, wanted, shareEnd, sharedUntil] of table) {
    assert.deepEqual(opened(open, wanted, shareEnd), { ...open, ...(sharedUntil && { sharedUntil }) }, name);
  }
});

void test('trouble is noted of an open forward until a connection succeeds, and of no other', () => {
  const troubled = withTrouble(open, linkLost);
  assert.deepEqual(troubled, { ...open, trouble: linkLost });
  assert.deepEqual(withTrouble(troubled, undefined), open);
  for (const life of [elsewhere, ...others]) assert.equal(withTrouble(life, linkLost), life, life.kind);
});

void test('more time is given to a forward that expires, and to no other', () => {
  assert.deepEqual(extended({ ...open, sharedUntil: 5 }, 99), { ...open, sharedUntil: 99 });
  assert.deepEqual(extended({ ...open, sharedUntil: 5 }, undefined), open);
  for (const life of [open, elsewhere, ...others]) assert.equal(extended(life, 99), life, life.kind);
});

void test('a window releases the forward that it has, and no other', () => {
  assert.deepEqual(released(elsewhere, window), { kind: 'released', localPort: 5000 });
  assert.deepEqual(released({ kind: 'elsewhere', window }, window), { kind: 'released' });
  assert.equal(released(elsewhere, { ...window }), elsewhere);
  for (const life of [open, ...others]) assert.equal(released(life, window), life, life.kind);
});

void test('a dormant forward keeps its local port, and tells what it led to', () => {
  const program = { framework: 'flask', name: 'Flask', icon: 'beaker', role: 'devServer' } as const;
  assert.deepEqual(dormant(request, undefined), { kind: 'dormant' });
  const last = { ...request, lastPort: 5001 };
  assert.deepEqual(dormant(last, program), { kind: 'dormant', localPort: 5001, server: program });
});

void test('what each life means: who has the forward, when it expires, what it needs', () => {
  const lives = [open, elsewhere, ...others];
  assert.deepEqual(lives.filter(isHeld), [open, elsewhere]);
  assert.deepEqual(
    lives.filter((life) => isExpired(life, 1e15)),
    [],
  );
  assert.equal(isExpired({ ...open, sharedUntil: 100 }, 99), false);
  assert.equal(isExpired({ ...open, sharedUntil: 100 }, 100), true);
  assert.equal(needsConnection({ kind: 'failed', why: linkLost }), true);
  assert.equal(needsConnection({ kind: 'failed', why: refused }), true);
  assert.equal(needsConnection({ kind: 'failed', why: { code: 'cancelled' } }), false);
  assert.equal(lives.filter(needsConnection).length, 1);
});

void test('the status that people see of each life', () => {
  const minute = 60_000;
  const shown = { kind: 'open', bound, traffic: noTraffic };
  const instead = { port: 80, why: refused };
  const table: readonly [life: ForwardLife, request: ForwardRequest, expected: unknown][] = [
    [open, request, shown],
    [{ ...open, trouble: linkLost, instead }, request, { ...shown, trouble: linkLost, instead }],
    [open, wide, { ...shown, sharedFor: 'forever' }],
    [{ ...open, sharedUntil: 10 * minute }, wide, { ...shown, sharedFor: 10 }],
    [{ ...open, sharedUntil: 1 }, wide, { ...shown, sharedFor: 1 }],
    [{ ...open, sharedUntil: 0 }, wide, { ...shown, sharedFor: 1 }],
    [elsewhere, request, { kind: 'elsewhere', localPort: 5000 }],
    [{ kind: 'elsewhere', window }, request, { kind: 'elsewhere' }],
    [{ kind: 'released', localPort: 5000 }, request, { kind: 'elsewhere', localPort: 5000 }],
    [{ kind: 'closing', shown: openAt(5000) }, request, openAt(5000)],
    [{ kind: 'failed', why: linkLost }, request, { kind: 'failed', why: linkLost }],
  ];
  for (const [life, wanted, expected] of table) assert.deepEqual(statusOf(life, wanted, 0), expected, life.kind);
});

void test('the state of a forward is plain data, without what does not apply', () => {
  const status: ForwardStatus = { kind: 'opening' };
  const { spec } = request;
  assert.deepEqual(stateOf('1', typedRequest(wide.spec), status), {
    id: '1',
    spec: wide.spec,
    origin: 'user',
    status,
    remotePort: 1,
  });
  const all = { ...request, label: 'api', isSharedByHand: true, isProtected: true, protocol: 'https' } as const;
  const state = stateOf('1', all, statusOf(open, all, 0));
  assert.deepEqual(structuredClone(state), state);
  const facts = { label: 'api', isSharedByHand: true, isProtected: true, protocol: 'https' };
  const shown = { ...openAt(5000), sharedFor: 'forever' };
  assert.deepEqual(state, { id: '1', spec, origin: 'auto', remotePort: 5000, ...facts, status: shown });
});

void test('states that have not changed stay the same objects', () => {
  const before = [forwardState(1), forwardState(2)];
  assert.equal(changedForwards(before, structuredClone(before)), before);
  const after = changedForwards(before, [forwardState(1), forwardState(2, { label: 'api' }), forwardState(3)]);
  assert.equal(after[0], before[0]);
  assert.deepEqual(
    after.map(({ label }) => label),
    [undefined, 'api', undefined],
  );
  assert.deepEqual(changedForwards(before, [forwardState(2)]), [before[1]]);
});
