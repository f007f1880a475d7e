// Runs in a thread of its own. Plain JavaScript, so that Node can start it from the sources as well as from the bundle.
import { createPrivateKey } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import ssh2 from 'ssh2';

/** @type {import('./decrypt.ts').DecryptRequest} */
const { text, passphrase } = workerData;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
parentPort?.postMessage(unlock());

/** A key, or undefined when the passphrase is wrong. */
function unlock() {
  try {
    if (text.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----')) return createPrivateKey({ key: text, passphrase });
    const parsed = ssh2.utils.parseKey(text, passphrase);
    const [key] = Array.isArray(parsed) ? parsed : [parsed];
    return key instanceof Error ? undefined : createPrivateKey(key.getPrivatePEM());
  } catch {
    return undefined;
  }
}
