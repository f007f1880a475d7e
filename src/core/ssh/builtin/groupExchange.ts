import { randomBytes } from 'node:crypto';
import type { DiffieHellman } from './keyExchange.ts';

/** The limits that ssh2 sends to the server (RFC 8270 §3, RFC 4419 §3). */
const MIN_BITS = 2048;
const MAX_BITS = 8192;
/** Twice the strength of any cipher here, and more than the strength of any group within the limits. */
const SECRET_BYTES = 64;

/**
 * Diffie-Hellman in a group that the server chose (RFC 4419): the methods of node:crypto's DiffieHellman that ssh2 calls.
 * node:crypto tests whether the prime is prime. That blocks the process for seconds, and for most of a minute with
 * 256-bit keys. ssh(1) does not test either: the server signs the group with its host key. Each secret serves one
 * exchange, so the time of the computation reveals nothing useful.
 */
export class ChosenGroup implements DiffieHellman {
  readonly #prime: bigint;
  readonly #generator: bigint;
  readonly #secret = toNumber(randomBytes(SECRET_BYTES));

  /** @throws Error for a group that is too small, too large or not a group */
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

  /** SECURITY: 1 and p-1 would make the shared secret known (RFC 4419 §3, RFC 4253 §8). */
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
