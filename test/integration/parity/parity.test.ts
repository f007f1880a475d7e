import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { ParityCase } from '../../parity/case.ts';
import { cases } from '../../parity/cases.ts';
import { type Compared, compareAll } from '../../parity/compare.ts';

const compared = new Map<ParityCase, Compared>();

void describe('ssh and our program, in the same situation', { timeout: 300_000 }, () => {
  before(async () => {
    for (const each of await compareAll(cases)) compared.set(each.row, each);
  });

  for (const row of cases)
    test(`${row.kind}: ${row.name}: ${expectation(row)}`, (t) => judge(row, (why) => t.skip(why)));
});

function expectation(row: ParityCase): string {
  if (row.pending !== undefined) return 'we still differ';
  if ('heldBy' in row) return 'a test holds it';
  return row.ours === undefined ? 'the same' : `different, because ${row.because}`;
}

function judge(row: ParityCase, skip: (why: string) => void): void {
  const found = compared.get(row);
  assert.ok(found, 'the row was not tried');
  const { ssh, ours, verdict } = found;
  switch (verdict) {
    case 'same':
    case 'meant':
    case 'pending':
      return;
    case 'notHere':
      assert.equal(process.env['CI'], undefined, ours);
      return skip(ours);
    case 'mended':
      return assert.fail(`It holds: remove \`pending\` from its row. ssh: ${ssh}; we: ${ours}`);
    case 'differs':
      assert.equal(ours, 'heldBy' in row ? 'a test of that name' : (row.ours ?? ssh));
      assert.fail('the row does not hold');
  }
}
