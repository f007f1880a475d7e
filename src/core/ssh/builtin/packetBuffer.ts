import { randomFillSync } from 'node:crypto';
import { cipherOf, isNodeGcm, rewriteSent } from './internals.ts';
import type { SshClient } from './client.ts';

const BLOCK_BYTES = 16;
const MIN_PADDING_BYTES = 4;
/** Fits a packet with the most data that OpenSSH accepts in one. A larger packet gets memory of its own. */
const BUFFER_BYTES = 36 * 1024;
/** Random bytes in stock. Generating a few at a time costs a third as much as encrypting the packet. */
const stock = Buffer.alloc(16 * 1024);
let used = stock.length;

/**
 * Builds every AES-GCM packet in one reused buffer: encryption copies each packet out of it at once. With new memory
 * for every packet, V8 would scan its whole heap again and again. For other ciphers ssh2 builds the packets.
 */
export function reusePacketBuffer({ ssh2 }: SshClient): void {
  // One buffer a client: a client that reaches its host through another client has its packets encrypted by both.
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  const install = (): void => {
    const cipher = cipherOf(ssh2);
    if (!isNodeGcm(cipher)) return;
    cipher.allocPacket = (payloadBytes) => allocPacket(payloadBytes, buffer);
    // CAUTION: the packet length goes out unencrypted, and the next packet overwrites it before the socket has sent it.
    rewriteSent(ssh2, (bytes) => (bytes.buffer === buffer.buffer ? Buffer.from(bytes) : bytes));
  };
  install();
  ssh2.on('handshake', install); // each key exchange creates a new cipher
}

/** Memory for a packet (RFC 4253 §6) with lengths and padding filled in. The length is not encrypted (RFC 5647 §7.2). */
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
