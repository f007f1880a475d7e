import { string, WireReader } from './wire.ts';

/** How many strings of the plain key a certificate holds between its nonce and its serial number (PROTOCOL.certkeys). */
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

/** The key that a certificate is about; undefined when it is no certificate. */
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
