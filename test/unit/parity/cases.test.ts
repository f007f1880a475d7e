import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cases } from '../../parity/cases.ts';
import { isHeld } from '../../parity/held.ts';

/** Faults that were found from outside: A in connecting, B in asking servers, C in naming them, D in pasted commands. */
const kinds = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A9', 'B', 'C1', 'C2', 'C3', 'C4', 'C5', 'D'];

for (const kind of kinds) {
  void test(`the parity table has a row of kind ${kind}`, () => {
    assert.ok(cases.some((row) => row.kind === kind));
  });
}

void test('each row of the parity table has a kind that is known, and a name of its own', () => {
  for (const { kind, name } of cases) assert.ok([...kinds, 'fwd'].includes(kind), name);
  assert.equal(new Set(cases.map(({ kind, name }) => `${kind}: ${name}`)).size, cases.length);
});

void test('each test that holds a row of the parity table is there', () => {
  for (const row of cases) if ('heldBy' in row) assert.ok(isHeld(row), `${row.heldBy.file}: ${row.heldBy.test}`);
});
