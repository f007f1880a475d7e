import { randomFillSync } from 'node:crypto';
import { cipherOf } from './internals.ts';
import type { Link } from './link.ts';

const BLOCK_BYTES = 16;
const MIN_PADDING_BYTES = 4;
/** Random bytes in stock, for asking for a few of them costs as much as a third of the encryption. */
const stock = Buffer.alloc(16 * 1024);
let used = stock.length;

/** Packets of AES-GCM are padded from a stock of random bytes, each used once. Others stay as ssh2 makes them. */
export function padFromStock({ client }: Link): void {
  const install = (): void => {
    const cipher = cipherOf(client);
    // The one that encrypts with node:crypto: that of ssh2's native addon wants room for more.
    if (cipher.constructor.name === 'AESGCMCipherNative') cipher.allocPacket = allocPacket;
  };
  install();
  client.on('handshake', install); // new keys, a new cipher
}

/** Room for a payload between its lengths and its padding (RFC 4253 §6), of which the first is not encrypted (RFC 5647 §7.2). */
export function allocPacket(payloadBytes: number): Buffer {
  let padding = BLOCK_BYTES - ((1 + payloadBytes) % BLOCK_BYTES);
  if (padding < MIN_PADDING_BYTES) padding += BLOCK_BYTES;
  const packet = Buffer.allocUnsafe(5 + payloadBytes + padding);
  packet.writeUInt32BE(packet.length - 4);
  packet[4] = padding;
  if (used + padding > stock.length) {
    randomFillSync(stock);
    used = 0;
  }
  packet.set(stock.subarray(used, used + padding), 5 + payloadBytes);
  used += padding;
  return packet;
}
