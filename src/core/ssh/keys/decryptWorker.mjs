// Runs in a worker thread. Plain JavaScript, so that Node can start it from the sources as well as from the bundle.
import { createPrivateKey } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { pbkdf } from 'bcrypt-pbkdf';

/** @type {import('./decrypt.ts').DecryptRequest} */
const request = workerData;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
parentPort?.postMessage(request.kind === 'unlock' ? unlock(request) : derive(request));

/** A key, or undefined when the passphrase is wrong. */
function unlock({ text, passphrase }) {
  try {
    return createPrivateKey({ key: text, passphrase });
  } catch {
    return undefined;
  }
}

/** `length` bytes, or undefined when the options are malformed. The options are a salt and the number of rounds. */
function derive({ passphrase, kdfOptions, length }) {
  try {
    const options = Buffer.from(kdfOptions);
    const saltLength = options.readUInt32BE(0);
    const rounds = options.readUInt32BE(4 + saltLength);
    const secret = Buffer.from(passphrase);
    const derived = Buffer.alloc(length);
    const status = pbkdf(secret, secret.length, options.subarray(4), saltLength, derived, length, rounds);
    return status === 0 ? derived : undefined;
  } catch {
    return undefined;
  }
}
