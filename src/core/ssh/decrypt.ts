import type { KeyObject } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ParsedKeyFile } from './keys.ts';

export interface DecryptRequest {
  readonly text: string;
  readonly passphrase: string;
}

/** Unlocks a private key in a thread of its own: deriving the key from a passphrase takes up to a second of computing. */
export async function decrypt(text: string, passphrase: string, signal: AbortSignal): Promise<ParsedKeyFile> {
  signal.throwIfAborted();
  const worker = new Worker(workerFile(), { workerData: { text, passphrase } satisfies DecryptRequest });
  try {
    return await new Promise<ParsedKeyFile>((resolve, reject) => {
      worker.once('message', (result: ParsedKeyFile | { readonly kind: 'key'; readonly key: KeyObject }) =>
        resolve(result),
      );
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the worker ended')));
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  } finally {
    await worker.terminate();
  }
}

/** Beside the bundle when there is one (`dist/decryptWorker.cjs`), else the source. */
function workerFile(): string {
  return typeof __dirname === 'string'
    ? path.join(__dirname, 'decryptWorker.cjs')
    : fileURLToPath(new URL('decryptWorker.ts', import.meta.url));
}
