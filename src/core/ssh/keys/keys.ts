import { type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { plainBlob } from './certificate.ts';
import { dsaBlob } from './dsa.ts';
import { mpint, string, WireReader } from './wire.ts';

const CURVES: Readonly<Record<string, { readonly name: string; readonly hash: string }>> = {
  'P-256': { name: 'nistp256', hash: 'sha256' },
  'P-384': { name: 'nistp384', hash: 'sha384' },
  'P-521': { name: 'nistp521', hash: 'sha512' },
};

/** The names of the same curves in Node's key details. */
const NODE_CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** Parses the line of a `.pub` file or a certificate. Undefined for any other text. */
export function parsePublicKeyLine(text: string): { readonly blob: Buffer; readonly comment: string } | undefined {
  const [type, encoded, ...comment] = text.trim().split(/\s+/);
  if (type === undefined || encoded === undefined) return undefined;
  const blob = Buffer.from(encoded, 'base64');
  return keyTypeOf(blob) === type ? { blob, comment: comment.join(' ') } : undefined;
}

export function keyTypeOf(blob: Buffer): string {
  try {
    return new WireReader(blob).text();
  } catch {
    return '';
  }
}

/**
 * The public half as it goes over the wire (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4). Undefined for a key that SSH has
 * no format for: RSA-PSS, Ed448, X25519, curves such as P-224 and secp256k1.
 */
export function publicBlob(key: KeyObject): Buffer | undefined {
  if (key.asymmetricKeyType === 'dsa') return dsaBlob(key);
  if (!canSign(key)) return undefined;
  const jwk = key.export({ format: 'jwk' });
  if (jwk.kty === 'RSA') return Buffer.concat([string('ssh-rsa'), mpint(number(jwk.e)), mpint(number(jwk.n))]);
  return jwk.kty === 'OKP' ? ed25519Blob(jwk) : ecdsaBlob(jwk);
}

/** Can `signWith` sign with the key? Many more types of keys come in a file of the same format (RFC 5958). */
export function canSign(key: KeyObject): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ec') return NODE_CURVES.has(details?.namedCurve ?? '');
  return type === 'rsa' || type === 'ed25519';
}

function ed25519Blob(jwk: JsonWebKey): Buffer {
  return Buffer.concat([string('ssh-ed25519'), string(number(jwk.x))]);
}

function ecdsaBlob(jwk: JsonWebKey): Buffer {
  const curve = curveOf(jwk).name;
  const point = Buffer.concat([Buffer.of(4), number(jwk.x), number(jwk.y)]);
  return Buffer.concat([string(`ecdsa-sha2-${curve}`), string(curve), string(point)]);
}

/**
 * The length of the modulus of an RSA key (RFC 4253 §6.6) or RSA certificate. Infinity for other types, 0 for a malformed
 * key.
 */
export function rsaBits(blob: Buffer): number {
  const plain = plainBlob(blob) ?? blob;
  if (keyTypeOf(plain) !== 'ssh-rsa') return Infinity;
  try {
    const reader = new WireReader(plain);
    reader.string(); // type
    reader.string(); // exponent
    return reader.mpint().toString(2).length;
  } catch {
    return 0;
  }
}

/** The whole key as an agent takes it (draft-ietf-sshm-ssh-agent §3.2). */
export function privateBlob(key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const d = number(jwk.d);
  if (jwk.kty === 'RSA') {
    const numbers = [jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map((value) => mpint(number(value)));
    return Buffer.concat([string('ssh-rsa'), ...numbers]);
  }
  if (jwk.kty !== 'OKP') return Buffer.concat([ecdsaBlob(jwk), mpint(d)]);
  return Buffer.concat([ed25519Blob(jwk), string(Buffer.concat([d, number(jwk.x)]))]);
}

/** A whole signature over `data`: the algorithm's name and the value. A certificate signs with the plain algorithm. */
export function signWith(key: KeyObject, data: Buffer, algorithm: string): Buffer {
  if (key.asymmetricKeyType === 'rsa') {
    const name = algorithm.replace('-cert-v01@openssh.com', '');
    return Buffer.concat([
      string(name),
      string(sign(name === 'rsa-sha2-512' ? 'sha512' : name === 'rsa-sha2-256' ? 'sha256' : 'sha1', data, key)),
    ]);
  }
  if (key.asymmetricKeyType === 'ed25519') return Buffer.concat([string('ssh-ed25519'), string(sign(null, data, key))]);
  const { name, hash } = curveOf(key.export({ format: 'jwk' }));
  const signature = sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
  const half = signature.length / 2;
  const value = Buffer.concat([mpint(signature.subarray(0, half)), mpint(signature.subarray(half))]);
  return Buffer.concat([string(`ecdsa-sha2-${name}`), string(value)]);
}

function curveOf(jwk: JsonWebKey): { readonly name: string; readonly hash: string } {
  const curve = CURVES[jwk.crv ?? ''];
  if (!curve) throw new Error(`not a key that SSH knows: ${jwk.kty ?? ''} ${jwk.crv ?? ''}`);
  return curve;
}

function number(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? '', 'base64url');
}
