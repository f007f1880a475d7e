import assert from 'node:assert/strict';
import test from 'node:test';
import { type DoubtCause, isGone } from '../../../../src/core/session/link/silence.ts';

void test('a silent connection is given up only on proof', () => {
  const minute = 60_000;
  type Row = [
    name: string,
    cause: DoubtCause,
    silentMs: number,
    before: number | undefined,
    now: number | undefined,
    expected: boolean,
  ];
  const table: readonly Row[] = [
    ['its bytes are acknowledged', 'slowAnswer', minute, 0, 0, false],
    ['its bytes are acknowledged after sleep', 'slept', minute, 0, 0, false],
    ['the network was away, and TCP has not tried again since', 'watch', minute, 6, 6, false],
    ['TCP has tried twice since the replacement came up', 'watch', minute, 6, 8, true],
    ['this machine has another address', 'network', 0, 0, Infinity, true],
    ['nobody tells of retransmits', 'slowAnswer', minute, undefined, undefined, false],
    ['nobody tells of retransmits, just after sleep', 'slept', 5000, undefined, undefined, false],
    ['nobody tells of retransmits, long after sleep', 'slept', 10_000, undefined, undefined, true],
    ['nobody tells of retransmits in another network', 'network', 10_000, undefined, undefined, true],
  ];
  for (const [name, cause, silentMs, retransmitsBefore, retransmits, expected] of table) {
    assert.equal(isGone({ cause, silentMs, retransmitsBefore, retransmits }), expected, name);
  }
});
