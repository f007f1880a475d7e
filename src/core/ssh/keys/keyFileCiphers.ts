import { createDecipheriv, type CipherGCMTypes } from 'node:crypto';
import { CHACHA20_POLY1305, KEY_BYTES, openFirst, TAG_BYTES } from './chacha20Poly1305.ts';
import type { OpensshFile } from './keyFile.ts';

/** How one cipher of ssh-keygen(1) -Z encrypts the secret part of a key file. */
export interface KeyFileCipher {
  /** How many bytes bcrypt derives from the passphrase: the key, then the initialization vector. */
  readonly derivedBytes: number;
  /** Undefined, or throws, when the cipher itself notices that the key is wrong. */
  readonly decrypt: (file: OpensshFile, derived: Buffer) => Buffer | undefined;
}

const GCM_IV_BYTES = 12;

/** Undefined for a cipher that no key file of ours can have. */
export function keyFileCipher(name: string): KeyFileCipher | undefined {
  if (name === CHACHA20_POLY1305) return chacha20Poly1305;
  const [, bits = '', mode = ''] = /^aes(128|192|256)-(cbc|ctr|gcm@openssh\.com)$/.exec(name) ?? [];
  if (mode === 'gcm@openssh.com') return aesGcm(`aes-${bits}-gcm` as CipherGCMTypes, Number(bits) / 8);
  if (mode !== '') return plain(`aes-${bits}-${mode}`, Number(bits) / 8, 16);
  return name === '3des-cbc' ? plain('des-ede3-cbc', 24, 8) : undefined;
}

const chacha20Poly1305: KeyFileCipher = {
  derivedBytes: KEY_BYTES,
  decrypt: ({ secret, tag }, derived) => (tag.length === TAG_BYTES ? openFirst(secret, tag, derived) : undefined),
};

function aesGcm(name: CipherGCMTypes, keyBytes: number): KeyFileCipher {
  return {
    derivedBytes: keyBytes + GCM_IV_BYTES,
    decrypt: ({ secret, tag }, derived) => {
      const [key, iv] = [derived.subarray(0, keyBytes), derived.subarray(keyBytes)];
      const decipher = createDecipheriv(name, key, iv, { authTagLength: TAG_BYTES }).setAuthTag(tag);
      return Buffer.concat([decipher.update(secret), decipher.final()]);
    },
  };
}

function plain(name: string, keyBytes: number, ivBytes: number): KeyFileCipher {
  return {
    derivedBytes: keyBytes + ivBytes,
    decrypt: ({ secret }, derived) => {
      const [key, iv] = [derived.subarray(0, keyBytes), derived.subarray(keyBytes)];
      const decipher = createDecipheriv(name, key, iv).setAutoPadding(false);
      return Buffer.concat([decipher.update(secret), decipher.final()]);
    },
  };
}
