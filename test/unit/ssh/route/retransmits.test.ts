import assert from 'node:assert/strict';
import test from 'node:test';
import { retransmitsIn } from '../../../../src/core/ssh/route/retransmits.ts';

/** Captured on Linux 6.1: an idle socket, one whose cable was cut, and one whose peer was stopped while it received. */
const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 014DC6C6:9C40 024DC6C6:0016 01 00000000:00000000 02:000A8C4F 00000000     0        0 1001 2 0000000000000000 20 4 30 10 -1
   1: 014DC6C6:9C42 024DC6C6:0016 01 00000048:00000000 01:00000105 00000006     0        0 1002 3 0000000000000000 25 4 30 1 8
   2: 014DC6C6:9C44 024DC6C6:0016 01 0003A980:00000000 04:00000212 00000000     0        5 1003 3 0000000000000000 27 4 30 10 -1
`;

void test('retransmits are those of the socket between the two ports; a closed window is none', () => {
  assert.equal(retransmitsIn(table, 0x9c40, 22), 0);
  assert.equal(retransmitsIn(table, 0x9c42, 22), 6);
  assert.equal(retransmitsIn(table, 0x9c44, 22), 0);
  assert.equal(retransmitsIn(table, 0x9c46, 22), undefined);
});
