import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { keyTypeOf, parsePublicKeyLine } from '../keys/keys.ts';

const KEYGEN_MS = 5000;
/** What a KRL of ssh-keygen(1) begins with (PROTOCOL.krl). */
const KRL = 'SSHKRL\n\0';

/**
 * Where RevokedHostKeys (ssh_config(5)) refuses a key: the line of the file, 0 where it has none. As with ssh(1), a file
 * or a line that cannot be read refuses every key.
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

/** What cannot be read may be any key. */
function refuses(line: string, key: Buffer): boolean {
  return parsePublicKeyLine(line)?.blob.equals(key) ?? true;
}

/** Asks ssh-keygen, which knows all that a KRL may say. */
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
