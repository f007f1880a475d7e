import { randomBytes } from 'node:crypto';
import type { DiffieHellman } from './internals.ts';

/** RFC 8270 §3, RFC 4419 §3: what ssh2 asks for. */
const MIN_BITS = 2048;
const MAX_BITS = 8192;
/** Twice the strength of any cipher here, and more than the strength of any such group. */
const SECRET_BYTES = 64;

/**
 * Diffie-Hellman in a group that the server chose (RFC 4419): as much of node:crypto's as ssh2 uses. That one tests
 * whether the prime is one, which holds up the whole process for seconds, and for most of a minute where keys of 256 bits
 * were agreed on. ssh(1) does not test: the server signs the group with its host key. A secret serves once, so the time it
 * takes tells nobody anything.
 */
export class ChosenGroup implements DiffieHellman {
  readonly #prime: bigint;
  readonly #generator: bigint;
  readonly #secret = toNumber(randomBytes(SECRET_BYTES));

  /** @throws Error for a group that is too small, too large or none */
  constructor(prime: Buffer, generator: Buffer) {
    this.#prime = toNumber(prime);
    this.#generator = toNumber(generator);
    const bits = this.#prime.toString(2).length;
    if (bits < MIN_BITS || bits > MAX_BITS) throw new Error(`the server chose a group of ${bits} bits`);
    this.#check(this.#generator);
  }

  generateKeys(): Buffer {
    return toBytes(this.#power(this.#generator));
  }

  computeSecret(theirs: Buffer): Buffer {
    const value = toNumber(theirs);
    this.#check(value);
    return toBytes(this.#power(value));
  }

  getPrime(): Buffer {
    return toBytes(this.#prime);
  }

  getGenerator(): Buffer {
    return toBytes(this.#generator);
  }

  /** RFC 4419 §3, RFC 4253 §8: 1 and p-1 generate nothing. */
  #check(value: bigint): void {
    if (value <= 1n || value >= this.#prime - 1n) throw new Error('the server sent a number outside of its group');
  }

  #power(base: bigint): bigint {
    let result = 1n;
    for (const bit of this.#secret.toString(2)) {
      result = (result * result) % this.#prime;
      if (bit === '1') result = (result * base) % this.#prime;
    }
    return result;
  }
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x0${bytes.toString('hex')}`);
}

function toBytes(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}
