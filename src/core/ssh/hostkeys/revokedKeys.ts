import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseCertificate, plainBlob } from '../keys/certificate.ts';
import { keyTypeOf, parsePublicKeyLine } from '../keys/keys.ts';

const KEYGEN_MS = 5000;
/** The first bytes of a KRL of ssh-keygen(1) (PROTOCOL.krl). */
const KRL = 'SSHKRL\n\0';

/**
 * The line where RevokedHostKeys (ssh_config(5)) refuses a key or a certificate: 0 for a file without lines, undefined when no line
 * refuses it.
 * SECURITY: as in ssh(1), an unreadable file or line refuses every key.
 */
export async function findRevoked(file: string, key: Buffer): Promise<number | undefined> {
  let text: string;
  try {
    text = await fs.readFile(file, 'latin1');
  } catch {
    return 0;
  }
  if (text.startsWith(KRL)) return (await isFineFor(file, key)) ? undefined : 0;
  const index = text.split('\n').findIndex((line) => !/^\s*(?:#|$)/.test(line) && refuses(line, key));
  return index < 0 ? undefined : index + 1;
}

/** An unreadable line may stand for any key. A certificate is revoked with its key and with its authority. */
function refuses(line: string, key: Buffer): boolean {
  const blob = parsePublicKeyLine(line)?.blob;
  if (!blob) return true;
  const certificate = parseCertificate(key);
  const keys = certificate ? [certificate.key, certificate.authority] : [key];
  return keys.some((each) => each.equals(plainBlob(blob) ?? blob));
}

/** Asks ssh-keygen, which understands every kind of KRL section. */
async function isFineFor(krl: string, key: Buffer): Promise<boolean> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'revoked-'));
  try {
    const file = path.join(folder, 'key.pub');
    await fs.writeFile(file, `${keyTypeOf(key)} ${key.toString('base64')}\n`);
    return await new Promise((resolve) =>
      execFile('ssh-keygen', ['-Qf', krl, file], { timeout: KEYGEN_MS }, (error) => resolve(!error)),
    );
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}
