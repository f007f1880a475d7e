import { string, WireReader } from './wire.ts';

export const certificateSuffix = '-cert-v01@openssh.com';

/** The number of strings of the plain key between a certificate's nonce and its serial number (PROTOCOL.certkeys). */
const FIELDS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ssh-rsa': 2,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'sk-ssh-ed25519': 2,
  'sk-ecdsa-sha2-nistp256': 3,
};

/** A certificate of OpenSSH (PROTOCOL.certkeys). Parsed is not verified. */
export interface Certificate {
  /** The public key that it certifies. */
  readonly key: Buffer;
  readonly kind: 'user' | 'host';
  /** Whom it names. Empty: anybody. */
  readonly principals: readonly string[];
  /** Seconds since 1970. */
  readonly validAfter: bigint;
  /** Seconds since 1970. The first second in which the certificate is no longer valid. */
  readonly validBefore: bigint;
  readonly criticalOptions: readonly string[];
  /** The public key of the certificate authority. */
  readonly authority: Buffer;
  /** What the authority signed, and its signature. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** The public key that a certificate certifies. Undefined for a blob that is not a certificate. */
export function plainBlob(certificate: Buffer): Buffer | undefined {
  try {
    return readKey(new WireReader(certificate));
  } catch {
    return undefined;
  }
}

/** Undefined for a blob that is not a well-formed certificate. */
export function parseCertificate(blob: Buffer): Certificate | undefined {
  try {
    const reader = new WireReader(blob);
    const key = readKey(reader);
    reader.bytes(8); // serial number
    const kind = KINDS[reader.uint32()];
    reader.string(); // the authority's name for it
    const principals = all(reader.string(), (names) => names.text());
    const validAfter = reader.bytes(8).readBigUInt64BE();
    const validBefore = reader.bytes(8).readBigUInt64BE();
    const criticalOptions = options(reader.string());
    options(reader.string()); // extensions: none concerns a host
    reader.string(); // reserved
    const authority = reader.string();
    const signed = blob.subarray(0, reader.position);
    const signature = reader.string();
    if (!key || !kind || !reader.isAtEnd || plainBlob(authority)) return undefined;
    return { key, kind, principals, validAfter, validBefore, criticalOptions, authority, signed, signature };
  } catch {
    return undefined;
  }
}

const KINDS: Readonly<Record<number, Certificate['kind']>> = { 1: 'user', 2: 'host' };

/** Reads a certificate up to its serial number. */
function readKey(reader: WireReader): Buffer | undefined {
  const type = reader.text();
  const fields = FIELDS[type.replace(certificateSuffix, '')];
  if (!type.endsWith(certificateSuffix) || fields === undefined) return undefined;
  reader.string(); // nonce
  const plainType = type.replace(certificateSuffix, type.startsWith('sk-') ? '@openssh.com' : '');
  return Buffer.concat([string(plainType), ...Array.from({ length: fields }, () => string(reader.string()))]);
}

/** The names of options. Each has a value. */
function options(list: Buffer): readonly string[] {
  return all(list, (reader) => {
    const name = reader.text();
    reader.string();
    return name;
  });
}

function all<T>(list: Buffer, read: (reader: WireReader) => T): readonly T[] {
  const reader = new WireReader(list);
  const found: T[] = [];
  while (!reader.isAtEnd) found.push(read(reader));
  return found;
}
