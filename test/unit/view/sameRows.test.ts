import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppState, HostState } from '../../../src/core/session/state.ts';
import { treeRows } from '../../../src/view/rows.ts';
import { sameRows } from '../../../src/view/sameRows.ts';
import { appState, forwardState, hostState, online, openAt, seenPort, someTraffic } from '../../support/state.ts';

const busy = hostState({
  name: 'busy',
  link: online,
  detection: { kind: 'watching', method: 'ss', pollMs: 1000 },
  remotePorts: [seenPort(5000), seenPort(8000)],
  forwards: [forwardState(5000)],
});
const before = appState(busy, hostState({ name: 'quiet' }));

/** The state after one host has changed, as `core` makes it: everything else is the same object. */
function after(change: Partial<HostState>): AppState {
  return { ...before, hosts: before.hosts.map((host) => (host === busy ? { ...busy, ...change } : host)) };
}

void test('a new count of bytes changes no row', () => {
  const counted = forwardState(5000, { status: openAt(5000, { traffic: someTraffic }) });
  assert.ok(sameRows(treeRows(before), treeRows(after({ forwards: [counted] }))));
});

for (const [what, change] of [
  ['a status', { forwards: [forwardState(5000, { status: { kind: 'paused' } })] }],
  ['a port that is gone', { remotePorts: [seenPort(5000)] }],
  ['the state of the host', { link: { kind: 'idle' } }],
] as const) {
  void test(`${what} changes rows`, () => {
    assert.ok(!sameRows(treeRows(before), treeRows(after(change))));
  });
}

void test('a change of one host makes new rows for what changed alone', () => {
  const [busyRow, quietRow] = treeRows(before);
  const added = seenPort(9000);
  const [busyNow, quietNow] = treeRows(after({ remotePorts: [...busy.remotePorts, added] }));
  assert.equal(quietNow, quietRow);
  const rowOf = (row: typeof busyRow, label: RegExp) => row?.children.find((each) => label.test(each.label));
  assert.ok(rowOf(busyRow, /^8000/u));
  assert.equal(rowOf(busyNow, /^8000/u), rowOf(busyRow, /^8000/u));
  assert.ok(rowOf(busyNow, /^9000/u));
});

void test('a forward whose program becomes known gets another row, though the forward did not change', () => {
  const [known, other] = [{ ...seenPort(5000), owner: 'other' as const }, seenPort(8000)];
  const lost = treeRows(after({ remotePorts: [other], unlistedPorts: [] }));
  assert.ok(!sameRows(treeRows(after({ remotePorts: [known, other] })), lost));
});
