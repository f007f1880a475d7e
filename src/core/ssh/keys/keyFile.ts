import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { WireReader } from './wire.ts';

/** The OpenSSH block of a private key file. OpenSSH ignores any text around the block. */
const OPENSSH_BLOCK = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END OPENSSH PRIVATE KEY-----/;
const MAGIC = 'openssh-key-v1\0';

/**
 * Reads a private key that needs no passphrase, in any form that OpenSSH reads: its own, PKCS#1, SEC1 and PKCS#8.
 * Undefined for any other text.
 */
export function parsePrivateKey(text: string): KeyObject | undefined {
  if (isOpensshFile(text)) {
    const file = opensshFile(text);
    return file?.cipher === 'none' ? privateKeyOf(file.secret) : undefined;
  }
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

export function isOpensshFile(text: string): boolean {
  return OPENSSH_BLOCK.test(text);
}

/** Does the file say that it needs a passphrase? */
export function isEncrypted(text: string): boolean {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) return true;
  const file = opensshFile(text);
  return file !== undefined && file.cipher !== 'none';
}

/** The public key that an OpenSSH-format file shows without its passphrase (PROTOCOL.key). */
export function visiblePublicKey(text: string): Buffer | undefined {
  return opensshFile(text)?.publicKey;
}

/** A file of PROTOCOL.key whose secret part may still be encrypted. */
export interface OpensshFile {
  readonly cipher: string;
  readonly kdfOptions: Buffer;
  readonly publicKey: Buffer;
  readonly secret: Buffer;
  /** The tag of an authenticating cipher, empty for any other cipher. */
  readonly tag: Buffer;
}

/** Undefined for text in another format. The format allows several keys in a file, but ssh-keygen writes one. */
export function opensshFile(text: string): OpensshFile | undefined {
  const body = OPENSSH_BLOCK.exec(text)?.[1];
  if (body === undefined) return undefined;
  try {
    const reader = new WireReader(Buffer.from(body, 'base64'));
    if (reader.bytes(MAGIC.length).toString('latin1') !== MAGIC) return undefined;
    const cipher = reader.text();
    reader.string(); // the key derivation: bcrypt, or none
    const kdfOptions = reader.string();
    reader.uint32(); // number of keys
    return { cipher, kdfOptions, publicKey: reader.string(), secret: reader.string(), tag: reader.rest() };
  } catch {
    return undefined;
  }
}

/**
 * Reads the decrypted secret part of an OpenSSH file (PROTOCOL.key). Undefined for a key type that Node cannot sign
 * with, and when the two check numbers differ: then the passphrase was wrong.
 */
export function privateKeyOf(secret: Buffer): KeyObject | undefined {
  try {
    const reader = new WireReader(secret);
    if (reader.uint32() !== reader.uint32()) return undefined;
    const jwk = readJwk(reader);
    return jwk && createPrivateKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** The fields of each key type (draft-ietf-sshm-ssh-agent §3.2), as RFC 7517 names them. */
function readJwk(reader: WireReader): JsonWebKey | undefined {
  const type = reader.text();
  if (type === 'ssh-ed25519') {
    const x = reader.string();
    const seed = reader.string().subarray(0, x.length); // followed by the public key once more
    return { kty: 'OKP', crv: 'Ed25519', x: base64url(x), d: base64url(seed) };
  }
  if (type === 'ssh-rsa') {
    const [n, e, d, qi, p, q] = [
      reader.mpint(),
      reader.mpint(),
      reader.mpint(),
      reader.mpint(),
      reader.mpint(),
      reader.mpint(),
    ] as const;
    const numbers = { n, e, d, qi, p, q, dp: d % (p - 1n), dq: d % (q - 1n) };
    const fields = Object.entries(numbers).map(([name, value]) => [name, base64url(bytesOf(value))] as const);
    return { kty: 'RSA', ...Object.fromEntries(fields) };
  }
  const crv = CURVES[type];
  if (crv === undefined) return undefined;
  reader.string(); // the curve's name
  const point = reader.string();
  if (point[0] !== 4) return undefined; // a compressed point, which SSH forbids (RFC 5656 §3.1)
  const size = (point.length - 1) / 2;
  const d = bytesOf(reader.mpint(), size);
  return {
    kty: 'EC',
    crv,
    x: base64url(point.subarray(1, 1 + size)),
    y: base64url(point.subarray(1 + size)),
    d: base64url(d),
  };
}

const CURVES: Readonly<Record<string, string>> = {
  'ecdsa-sha2-nistp256': 'P-256',
  'ecdsa-sha2-nistp384': 'P-384',
  'ecdsa-sha2-nistp521': 'P-521',
};

/** Big-endian, padded on the left to `size` bytes. */
function bytesOf(value: bigint, size = 0): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(Math.max(2 * size, hex.length + (hex.length % 2)), '0'), 'hex');
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url');
}
