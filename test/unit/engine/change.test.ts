import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyChange, changeOf } from '../../../src/engine/change.ts';

const plain = fc.jsonValue({ maxDepth: 3 });

void test('a change turns the old value into the new one, also after a copy to another thread', () => {
  fc.assert(
    fc.property(plain, plain, (before, after) => {
      assert.deepEqual(applyChange(before, structuredClone(changeOf(before, after))), after);
    }),
  );
});

void test('a field may have a name that every object inherits', () => {
  const changes: readonly (readonly [unknown, unknown])[] = [
    [{ valueOf: [] }, {}],
    [{}, { valueOf: [] }],
    [{ toString: 1 }, { toString: 2 }],
  ];
  for (const [before, after] of changes) {
    assert.deepEqual(applyChange(before, structuredClone(changeOf(before, after))), after);
  }
});

void test('a change of a list with kept, moved, changed and new items gives the new list', () => {
  const items = fc.array(fc.record({ name: fc.string(), count: fc.integer() }), { maxLength: 8 });
  const edits = fc.array(fc.tuple(fc.nat(9), fc.constantFrom('drop', 'copy', 'change', 'move')), { maxLength: 5 });
  fc.assert(
    fc.property(items, edits, (before, edited) => {
      const after = [...before];
      for (const [at, kind] of edited) {
        const item = after[at];
        if (!item) continue;
        if (kind === 'drop') after.splice(at, 1);
        if (kind === 'copy') after.push(item);
        if (kind === 'change') after.splice(at, 1, { ...item, count: item.count + 1 });
        if (kind === 'move') after.unshift(...after.splice(at, 1));
      }
      assert.deepEqual(applyChange(before, structuredClone(changeOf(before, after))), after);
    }),
  );
});

const port = (number: number, connections = 0) => ({ number, status: { kind: 'open', connections } });
const state = {
  hosts: [
    { name: 'a', ports: [port(1), port(2), port(3)] },
    { name: 'b', ports: [] },
  ],
  note: 'x',
};
type State = typeof state;

function withPorts(ports: State['hosts'][number]['ports']): State {
  const [a, b] = state.hosts;
  return { ...state, hosts: [{ ...(a ?? assert.fail()), ports }, b ?? assert.fail()] };
}

void test('only a changed counter is sent, and everything else stays the same object', () => {
  const [one, , three] = state.hosts[0]?.ports ?? [];
  assert.ok(one && three);
  const after = withPorts([one, port(2, 7), three]);
  const change = changeOf(state, after);
  assert.ok(JSON.stringify(change).length < 500, JSON.stringify(change));
  const applied = applyChange(state, structuredClone(change)) as State;
  assert.deepEqual(applied, after);
  assert.equal(applied.hosts[1], state.hosts[1]);
  assert.equal(applied.hosts[0]?.ports[0], one);
  assert.equal(applied.hosts[0]?.ports[2], three);
});

void test('beside a new item the other items stay the same objects', () => {
  const ports = state.hosts[0]?.ports ?? [];
  const after = withPorts([port(0), ...ports]);
  const applied = applyChange(state, structuredClone(changeOf(state, after))) as State;
  assert.deepEqual(applied, after);
  assert.equal(applied.hosts[0]?.ports[1], ports[0]);
});

void test('a missing field is removed, and an unchanged value sends nothing', () => {
  assert.deepEqual(applyChange({ a: 1, b: 2 }, structuredClone(changeOf({ a: 1, b: 2 }, { a: 1 }))), { a: 1 });
  assert.deepEqual(changeOf(state, state), { kind: 'same' });
});
