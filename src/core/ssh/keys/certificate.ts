import { string, WireReader } from './wire.ts';

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
const SUFFIX = '-cert-v01@openssh.com';

/** The public key that a certificate certifies. Undefined for a blob that is not a certificate. */
export function plainBlob(certificate: Buffer): Buffer | undefined {
  try {
    const reader = new WireReader(certificate);
    const type = reader.text();
    const fields = FIELDS[type.replace(SUFFIX, '')];
    if (!type.endsWith(SUFFIX) || fields === undefined) return undefined;
    reader.string(); // nonce
    const plainType = type.replace(SUFFIX, type.startsWith('sk-') ? '@openssh.com' : '');
    return Buffer.concat([string(plainType), ...Array.from({ length: fields }, () => string(reader.string()))]);
  } catch {
    return undefined;
  }
}
