import { ml_kem768 as mlKem768 } from '@noble/post-quantum/ml-kem.js';
import { createHash, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { StringExchange } from './keyExchange.ts';

const CIPHERTEXT_BYTES = mlKem768.lengths.cipherText ?? 0;
const X25519_BYTES = 32;
/** What precedes an X25519 key in a SubjectPublicKeyInfo (RFC 8410 §4). */
const X25519_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/** Our secrets of one exchange. */
export interface HybridKeys {
  readonly mlKem: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array };
  readonly x25519: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
}

/**
 * `mlkem768x25519-sha256` (draft-ietf-sshm-mlkem-hybrid-kex): who wants the shared secret has to break ML-KEM-768
 * (FIPS 203) as well as X25519 (RFC 7748). So a fault in the younger of the two makes it no weaker than the older.
 */
export class HybridExchange implements StringExchange {
  readonly hashName = 'sha256';
  readonly #keys: HybridKeys;

  constructor(keys: HybridKeys = { mlKem: mlKem768.keygen(), x25519: generateKeyPairSync('x25519') }) {
    this.#keys = keys;
  }

  publicKey(): Buffer {
    const { mlKem, x25519 } = this.#keys;
    return Buffer.concat([mlKem.publicKey, rawX25519(x25519.publicKey)]);
  }

  /** @throws Error for a reply of another length, or an X25519 key that makes its secret known (RFC 7748 §6.1) */
  computeSecret(reply: Buffer): Buffer {
    if (reply.length !== CIPHERTEXT_BYTES + X25519_BYTES) {
      throw new Error(`the server replied with ${reply.length} bytes to the hybrid key exchange`);
    }
    const { mlKem, x25519 } = this.#keys;
    const postQuantum = mlKem768.decapsulate(reply.subarray(0, CIPHERTEXT_BYTES), mlKem.secretKey);
    const publicKey = publicX25519(reply.subarray(CIPHERTEXT_BYTES));
    const classical = diffieHellman({ privateKey: x25519.privateKey, publicKey });
    return createHash('sha256').update(postQuantum).update(classical).digest();
  }
}

function rawX25519(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(X25519_PREFIX.length);
}

function publicX25519(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([X25519_PREFIX, raw]), type: 'spki', format: 'der' });
}
