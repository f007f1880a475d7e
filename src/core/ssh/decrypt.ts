import { KeyObject } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { abortable } from '../../base/delay.ts';

export interface DecryptRequest {
  readonly text: string;
  readonly passphrase: string;
}

/**
 * Unlocks a private key in a thread of its own: deriving the key from a passphrase takes up to a second of computing.
 * Undefined when the passphrase is wrong.
 */
export async function decrypt(text: string, passphrase: string, signal: AbortSignal): Promise<KeyObject | undefined> {
  const worker = new Worker(workerFile(), { workerData: { text, passphrase } satisfies DecryptRequest });
  const answer = new Promise<unknown>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the worker ended')));
  });
  try {
    const key = await abortable(answer, signal);
    return key instanceof KeyObject ? key : undefined;
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
