import { timingSafeEqual } from 'node:crypto';

export const CHACHA20_POLY1305 = 'chacha20-poly1305@openssh.com';
export const KEY_BYTES = 64;
export const TAG_BYTES = 16;

/**
 * Decrypts the secret part of a key file that chacha20-poly1305@openssh.com encrypted. It is the first packet of
 * PROTOCOL.chacha20poly1305 without the length field, so the second half of the key is unused. Computed in JavaScript,
 * because the editor's Node has no ChaCha20. Undefined when the key is wrong.
 */
export function openFirst(sealed: Buffer, tag: Buffer, key: Buffer): Buffer | undefined {
  const oneTimeKey = Buffer.from(block(key, 0).subarray(0, 32));
  return timingSafeEqual(poly1305(sealed, oneTimeKey), tag) ? chacha20(sealed, key) : undefined;
}

/** Starts at block 1, because block 0 is the key of the authenticator. */
function chacha20(bytes: Buffer, key: Buffer): Buffer {
  const out = Buffer.alloc(bytes.length);
  for (let start = 0; start < bytes.length; start += 64) {
    const stream = block(key, 1 + start / 64);
    for (let index = start; index < Math.min(start + 64, bytes.length); index++) {
      out[index] = (bytes[index] ?? 0) ^ (stream[index - start] ?? 0);
    }
  }
  return out;
}

/** The words that each quarter round mixes: four columns, then four diagonals (RFC 8439 §2.3). */
const QUARTERS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

/** One block of the key stream. The nonce is zero, the number of the first packet. */
function block(key: Buffer, counter: number): Buffer {
  const initial = new Uint32Array(16);
  initial.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]); // “expand 32-byte k”
  for (let word = 0; word < 8; word++) initial[4 + word] = key.readUInt32LE(4 * word);
  initial[12] = counter;
  const state = initial.slice();
  const mix = (a: number, b: number, d: number, turn: number): void => {
    state[a] = at(state, a) + at(state, b);
    const bits = at(state, d) ^ at(state, a);
    state[d] = (bits << turn) | (bits >>> (32 - turn));
  };
  for (let round = 0; round < 10; round++) {
    for (const [a, b, c, d] of QUARTERS) {
      mix(a, b, d, 16);
      mix(c, d, b, 12);
      mix(a, b, d, 8);
      mix(c, d, b, 7);
    }
  }
  const bytes = Buffer.alloc(64);
  for (let word = 0; word < 16; word++) bytes.writeUInt32LE((at(state, word) + at(initial, word)) >>> 0, 4 * word);
  return bytes;
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

const PRIME = (1n << 130n) - 5n;

/** RFC 8439 §2.5. */
function poly1305(message: Buffer, key: Buffer): Buffer {
  const r = littleEndian(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let start = 0; start < message.length; start += 16) {
    const part = message.subarray(start, start + 16);
    sum = ((sum + littleEndian(part) + (1n << BigInt(8 * part.length))) * r) % PRIME;
  }
  const tag = (sum + littleEndian(key.subarray(16))) & ((1n << 128n) - 1n);
  return Buffer.from(Buffer.from(tag.toString(16).padStart(2 * TAG_BYTES, '0'), 'hex').toReversed());
}

function littleEndian(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`);
}
