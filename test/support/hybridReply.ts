import { ml_kem768 as mlKem768 } from '@noble/post-quantum/ml-kem.js';
import { createHash, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';

const MLKEM_KEY_BYTES = 1184;
/** RFC 8410 §4. */
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');

/** A server's half of mlkem768x25519-sha256: replies until the secret is one that the test wants. */
export function hybridReply(
  init: Buffer,
  isWanted: (secret: Buffer) => boolean = () => true,
): { readonly reply: Buffer; readonly secret: Buffer } {
  const theirs = Buffer.concat([SPKI, init.subarray(MLKEM_KEY_BYTES)]);
  const publicKey = createPublicKey({ key: theirs, type: 'spki', format: 'der' });
  for (;;) {
    const { cipherText, sharedSecret } = mlKem768.encapsulate(init.subarray(0, MLKEM_KEY_BYTES));
    const own = generateKeyPairSync('x25519');
    const classical = diffieHellman({ privateKey: own.privateKey, publicKey });
    const secret = createHash('sha256').update(sharedSecret).update(classical).digest();
    const ownKey = own.publicKey.export({ type: 'spki', format: 'der' }).subarray(SPKI.length);
    if (isWanted(secret)) return { reply: Buffer.concat([cipherText, ownKey]), secret };
  }
}
