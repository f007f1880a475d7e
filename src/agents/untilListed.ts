import type { Readable } from '../base/store.ts';
import { deadline } from '../base/delay.ts';
import { type AppState, findHost } from '../core/session/state.ts';

const limitMs = 10_000;

/** Settles when the first listing of a host's ports is there, when there is none, or after some seconds. */
export async function untilListed(state: Readable<AppState>, host: string, signal: AbortSignal): Promise<void> {
  const isListed = (now: AppState): boolean => {
    const kind = findHost(now, host)?.detection.kind;
    return kind === 'watching' || kind === 'unavailable';
  };
  const limit = deadline(limitMs, () => new Error('no listing'), signal);
  await new Promise<void>((resolve) => {
    const stop = state.watch((now) => isListed(now) && end());
    const end = (): void => {
      stop();
      resolve();
    };
    limit.signal.addEventListener('abort', end, { once: true });
    if (isListed(state.get()) || limit.signal.aborted) end();
  });
  limit.clear();
  signal.throwIfAborted();
}
