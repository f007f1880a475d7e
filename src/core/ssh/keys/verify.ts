import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { WireReader } from './wire.ts';

/**
 * The algorithm of a valid signature by a public key over `data` (RFC 4253 §6.6, RFC 5656 §3.1.2, RFC 8332 §3, RFC 8709 §6,
 * PROTOCOL.u2f). Undefined for a wrong signature, and for a key that we cannot use.
 */
export function verifiedAlgorithm(key: Buffer, data: Buffer, signature: Buffer): string | undefined {
  try {
    const reader = new WireReader(signature);
    const algorithm = reader.text();
    const value = reader.string();
    const isRight = verifier(key, algorithm)(data, value, reader);
    return isRight && reader.isAtEnd ? algorithm : undefined;
  } catch {
    return undefined;
  }
}

/** `rest` follows the value. Only a security key's signature has more. */
type Verifier = (data: Buffer, value: Buffer, rest: WireReader) => boolean;

const RSA_HASHES: Readonly<Record<string, string>> = {
  'ssh-rsa': 'sha1',
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
};

interface Curve {
  readonly crv: string;
  readonly hash: string;
  /** Of one coordinate, and of one half of a signature. */
  readonly bytes: number;
}

const CURVES: Readonly<Record<string, Curve>> = {
  nistp256: { crv: 'P-256', hash: 'sha256', bytes: 32 },
  nistp384: { crv: 'P-384', hash: 'sha384', bytes: 48 },
  nistp521: { crv: 'P-521', hash: 'sha512', bytes: 66 },
};

/** @throws Error for a key that we cannot use, or one that does not go with the algorithm */
function verifier(key: Buffer, algorithm: string): Verifier {
  const reader = new WireReader(key);
  const type = reader.text();
  const hash = type === 'ssh-rsa' ? RSA_HASHES[algorithm] : undefined;
  if (hash === undefined && algorithm !== type) throw new Error(`${algorithm} by a key of type ${type}`);
  const plain = readPublicKey(type, hash, reader);
  const application = type.startsWith('sk-') ? reader.string() : undefined;
  if (!reader.isAtEnd) throw new RangeError('more than a key');
  return application ? bySecurityKey(plain, application) : plain;
}

function readPublicKey(type: string, rsaHash: string | undefined, reader: WireReader): Verifier {
  if (rsaHash !== undefined) return byRsa(rsaHash, reader.string(), reader.string());
  if (/^(?:sk-)?ssh-ed25519/.test(type)) return byEd25519(reader.string());
  const curve = /^(?:sk-)?ecdsa-/.test(type) ? CURVES[reader.text()] : undefined;
  if (!curve) throw new Error(`keys of type ${type} are not supported`);
  return byEcdsa(curve, reader.string());
}

function byRsa(hash: string, e: Buffer, n: Buffer): Verifier {
  const key = jwk({ kty: 'RSA', e: base64url(e), n: base64url(n) });
  const bytes = unsigned(n).length;
  return (data, value) => verify(hash, data, key, leftPadded(value, bytes));
}

function byEd25519(x: Buffer): Verifier {
  const key = jwk({ kty: 'OKP', crv: 'Ed25519', x: base64url(x) });
  return (data, value) => verify(null, data, key, value);
}

function byEcdsa({ crv, hash, bytes }: Curve, point: Buffer): Verifier {
  if (point[0] !== 4 || point.length !== 1 + 2 * bytes) throw new Error('not an uncompressed point');
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)];
  const key = jwk({ kty: 'EC', crv, x: base64url(x), y: base64url(y) });
  return (data, value) => {
    const reader = new WireReader(value);
    const halves = [reader.string(), reader.string()].map((half) => leftPadded(unsigned(half), bytes));
    return reader.isAtEnd && verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(halves));
  };
}

/** A security key signs the hash of the data, with its flags and its counter. */
function bySecurityKey(plain: Verifier, application: Buffer): Verifier {
  const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
  return (data, value, rest) =>
    plain(Buffer.concat([sha256(application), rest.bytes(1 + 4), sha256(data)]), value, rest);
}

function jwk(key: Readonly<Record<string, string>>): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

function base64url(value: Buffer): string {
  return value.toString('base64url');
}

function unsigned(mpint: Buffer): Buffer {
  const start = mpint.findIndex((byte) => byte !== 0);
  return mpint.subarray(start < 0 ? mpint.length : start);
}

function leftPadded(value: Buffer, bytes: number): Buffer {
  return Buffer.concat([Buffer.alloc(Math.max(0, bytes - value.length)), value]);
}
