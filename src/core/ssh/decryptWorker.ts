import { parentPort, workerData } from 'node:worker_threads';
import type { DecryptRequest } from './decrypt.ts';
import { parsePrivateKey } from './keys.ts';

const { text, passphrase } = workerData as DecryptRequest;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
parentPort?.postMessage(parsePrivateKey(text, passphrase));
