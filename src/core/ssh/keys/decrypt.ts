import { KeyObject } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { abortable } from '../../../base/delay.ts';
import { CHACHA20_POLY1305, KEY_BYTES, openFirst, TAG_BYTES } from './chacha20Poly1305.ts';
import { opensshFile, parsePrivateKey, type SealedKey, unsealed } from './keys.ts';

/** What takes too long for the main thread. `derive`: the key from a passphrase alone (bcrypt_pbkdf, PROTOCOL.key). */
export type DecryptRequest =
  | { readonly kind: 'unlock'; readonly text: string; readonly passphrase: string }
  | {
      readonly kind: 'derive';
      readonly passphrase: string;
      readonly kdfOptions: Buffer;
      /** In bytes. */
      readonly length: number;
    };

/**
 * Unlocks a private key in a thread of its own: deriving the key from a passphrase takes up to a second of computing.
 * Undefined when the passphrase is wrong.
 */
export async function decrypt(text: string, passphrase: string, signal: AbortSignal): Promise<KeyObject | undefined> {
  const sealed = opensshFile(text);
  if (sealed?.cipher === CHACHA20_POLY1305) return openSealed(sealed, passphrase, signal);
  const key = await inThread({ kind: 'unlock', text, passphrase }, signal);
  return key instanceof KeyObject ? key : undefined;
}

/** The one cipher of ssh-keygen(1) -Z that ssh2 does not know in a file. */
async function openSealed(sealed: SealedKey, passphrase: string, signal: AbortSignal): Promise<KeyObject | undefined> {
  const { kdfOptions, secret, tag } = sealed;
  const derived = await inThread({ kind: 'derive', passphrase, kdfOptions, length: KEY_BYTES }, signal);
  if (!(derived instanceof Uint8Array) || tag.length !== TAG_BYTES) return undefined;
  const opened = openFirst(secret, tag, Buffer.from(derived));
  return opened && parsePrivateKey(unsealed(sealed, opened));
}

async function inThread(request: DecryptRequest, signal: AbortSignal): Promise<unknown> {
  const worker = new Worker(workerFile(), { workerData: request });
  const answer = new Promise<unknown>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the worker ended')));
  });
  try {
    return await abortable(answer, signal);
  } finally {
    await worker.terminate();
  }
}

/** Beside the bundle when there is one (`dist/decryptWorker.cjs`), else the source. */
function workerFile(): string {
  return typeof __dirname === 'string'
    ? path.join(__dirname, 'decryptWorker.cjs')
    : fileURLToPath(new URL('decryptWorker.mjs', import.meta.url));
}
