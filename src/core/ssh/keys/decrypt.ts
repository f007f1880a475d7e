import { KeyObject } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { abortable } from '../../../base/delay.ts';
import { isOpensshFile, opensshFile, privateKeyOf } from './keyFile.ts';
import { keyFileCipher } from './keyFileCiphers.ts';

/** A job that computes for too long for the main thread. */
export type DecryptRequest =
  /** Opens a PEM file. */
  | { readonly kind: 'unlock'; readonly text: string; readonly passphrase: string }
  /** Derives key material from a passphrase (bcrypt_pbkdf, PROTOCOL.key). `length` is in bytes. */
  | {
      readonly kind: 'derive';
      readonly passphrase: string;
      readonly kdfOptions: Buffer;
      readonly length: number;
    };

/**
 * Unlocks a private key. A worker thread derives the key from the passphrase, which takes up to a second of computing.
 * Undefined when the passphrase is wrong, and for a file in a format or with a cipher that is not supported.
 */
export async function decrypt(text: string, passphrase: string, signal: AbortSignal): Promise<KeyObject | undefined> {
  if (isOpensshFile(text)) return decryptOpenssh(text, passphrase, signal);
  const key = await inThread({ kind: 'unlock', text, passphrase }, signal);
  return key instanceof KeyObject ? key : undefined;
}

async function decryptOpenssh(text: string, passphrase: string, signal: AbortSignal): Promise<KeyObject | undefined> {
  const file = opensshFile(text);
  const cipher = file && keyFileCipher(file.cipher);
  if (!cipher) return undefined;
  const { kdfOptions } = file;
  const derived = await inThread({ kind: 'derive', passphrase, kdfOptions, length: cipher.derivedBytes }, signal);
  if (!(derived instanceof Uint8Array)) return undefined;
  try {
    const secret = cipher.decrypt(file, Buffer.from(derived));
    return secret && privateKeyOf(secret);
  } catch {
    return undefined;
  }
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

/** A bundle has the worker beside it (`dist/decryptWorker.cjs`); otherwise Node runs the source. */
function workerFile(): string {
  return typeof __dirname === 'string'
    ? path.join(__dirname, 'decryptWorker.cjs')
    : fileURLToPath(new URL('decryptWorker.mjs', import.meta.url));
}
