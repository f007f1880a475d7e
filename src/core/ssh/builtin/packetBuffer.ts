import { randomFillSync } from 'node:crypto';
import { cipherOf, rewriteSent } from './internals.ts';
import type { SshClient } from './client.ts';

const BLOCK_BYTES = 16;
const MIN_PADDING_BYTES = 4;
/** A packet with as much data as OpenSSH takes in one, and some more. A larger one gets memory of its own. */
const ROOM_BYTES = 36 * 1024;
/** Random bytes in stock, for asking for a few of them costs as much as a third of the encryption. */
const stock = Buffer.alloc(16 * 1024);
let used = stock.length;

/**
 * Packets of AES-GCM are made one after the other in the same room, for each is encrypted to elsewhere at once: new
 * memory for each byte sent makes V8 look through its whole heap again and again. Others stay as ssh2 makes them.
 */
export function reusePacketBuffer({ client }: SshClient): void {
  // Not shared by links: what one writes may be what another, which leads to its host, encrypts meanwhile.
  const buffer = Buffer.allocUnsafeSlow(ROOM_BYTES);
  const install = (): void => {
    const cipher = cipherOf(client);
    // The one that encrypts with node:crypto: that of ssh2's native addon does it in place.
    if (cipher.constructor.name !== 'AESGCMCipherNative') return;
    cipher.allocPacket = (payloadBytes) => allocPacket(payloadBytes, buffer);
    // The length is sent as it is, and the room will hold another one before that has gone out.
    rewriteSent(client, (bytes) => (bytes.buffer === buffer.buffer ? Buffer.from(bytes) : bytes));
  };
  install();
  client.on('handshake', install); // new keys, a new cipher
}

/** Room for a payload between its lengths and its padding (RFC 4253 §6), of which the first is not encrypted (RFC 5647 §7.2). */
export function allocPacket(payloadBytes: number, buffer: Buffer): Buffer {
  let padding = BLOCK_BYTES - ((1 + payloadBytes) % BLOCK_BYTES);
  if (padding < MIN_PADDING_BYTES) padding += BLOCK_BYTES;
  const length = 5 + payloadBytes + padding;
  const packet = length <= buffer.length ? buffer.subarray(0, length) : Buffer.allocUnsafe(length);
  packet.writeUInt32BE(length - 4);
  packet[4] = padding;
  if (used + padding > stock.length) {
    randomFillSync(stock);
    used = 0;
  }
  packet.set(stock.subarray(used, used + padding), 5 + payloadBytes);
  used += padding;
  return packet;
}
