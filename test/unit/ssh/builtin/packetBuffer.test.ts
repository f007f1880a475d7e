import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocPacket } from '../../../../src/core/ssh/builtin/packetBuffer.ts';

const buffer = Buffer.alloc(64);

void test('a packet of any size has the layout of RFC 4253, and lies in the buffer if it fits', () => {
  for (let payloadBytes = 0; payloadBytes < 100; payloadBytes++) {
    const packet = allocPacket(payloadBytes, buffer);
    const padding = packet[4] ?? 0;
    assert.equal(packet.readUInt32BE(0), packet.length - 4);
    assert.equal(packet.length, 4 + 1 + payloadBytes + padding);
    assert.equal((packet.length - 4) % 16, 0);
    assert.ok(padding >= 4 && padding <= 19, `${padding}`);
    assert.equal(packet.buffer === buffer.buffer, packet.length <= buffer.length);
  }
});

void test('padding is never repeated, also after the stock is refilled', () => {
  const payloadBytes = 12; // 3 bytes would fill the block, which is too few: it takes a block more
  const paddings = Array.from({ length: 5000 }, () =>
    allocPacket(payloadBytes, buffer).toString('hex', 5 + payloadBytes),
  );
  assert.equal(paddings[0]?.length, 2 * 19);
  assert.equal(new Set(paddings).size, 5000);
});
