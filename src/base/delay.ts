import { setTimeout as sleep } from 'node:timers/promises';

/** A signal that never aborts, for whoever has no reason to cancel. */
export const never: AbortSignal = new AbortController().signal;

/** Waits `ms` milliseconds. Rejects with the signal's reason if the signal aborts first. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal && { signal });
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
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
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
  const timer = setTimeout(() => own.abort(reason()), ms);
  const signal = parent ? AbortSignal.any([parent, own.signal]) : own.signal;
  return { signal, clear: () => clearTimeout(timer) };
}
