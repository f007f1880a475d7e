import { setTimeout as sleep } from 'node:timers/promises';

/** A signal that never aborts, for whoever has no reason to cancel. */
export const never: AbortSignal = new AbortController().signal;

/** CAUTION: Node turns a longer time into 1 ms. A value of the user's may be longer. */
const longestMs = 2 ** 31 - 1;

/** `setTimeout` for any number of milliseconds. More than 24 days are 24 days. */
export function after(ms: number, run: () => void): NodeJS.Timeout {
  return setTimeout(run, Math.min(ms, longestMs));
}

/** `setInterval` for any number of milliseconds, as `after`. */
export function every(ms: number, run: () => void): NodeJS.Timeout {
  return setInterval(run, Math.min(ms, longestMs));
}

/** Waits `ms` milliseconds. Rejects with the signal's reason if the signal aborts first. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(Math.min(ms, longestMs), undefined, signal && { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Settles with `promise`, or rejects with the signal's reason on abort. CAUTION: the work behind the promise goes on. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => undefined); // The promise may reject after the abort, when nothing awaits it.
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    stop = () => signal.removeEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    stop();
  }
}

/** True when `promise` resolves within `ms`, else false. CAUTION: the work behind the promise goes on. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = after(ms, () => resolve(false))));
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A signal that aborts with `reason()` after `ms`, or with `parent`'s reason. Call `clear` after the work. */
export function deadline(
  ms: number,
  reason: () => Error,
  parent?: AbortSignal,
): { signal: AbortSignal; clear: () => void } {
  const own = new AbortController();
  const timer = after(ms, () => own.abort(reason()));
  const signal = parent ? AbortSignal.any([parent, own.signal]) : own.signal;
  return { signal, clear: () => clearTimeout(timer) };
}
