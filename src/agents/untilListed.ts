import type { Readable } from '../base/store.ts';
import { deadline } from '../base/delay.ts';
import { type AppState, findHost } from '../core/session/state.ts';

const limitMs = 10_000;

/** Settles when a host's ports are listed or cannot be listed, at once if it is not online, and at the latest after ten seconds. */
export async function untilListed(state: Readable<AppState>, host: string, signal: AbortSignal): Promise<void> {
  const isListed = (now: AppState): boolean => {
    const seen = findHost(now, host);
    return seen?.link.kind !== 'online' || seen.detection.kind === 'watching' || seen.detection.kind === 'unavailable';
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
