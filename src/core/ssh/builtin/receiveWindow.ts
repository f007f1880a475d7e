const MEBIBYTE = 1024 * 1024;
/** ssh2 grants this much to every channel when it opens (RFC 4254 §5.1). */
export const FIRST_WINDOW_BYTES = 2 * MEBIBYTE;
const LARGEST_WINDOW_BYTES = 8 * MEBIBYTE;
/** What all channels of a connection may have together on top of that: a reader that stops leaves us with its window. */
export const SPARE_WINDOW_BYTES = 12 * MEBIBYTE;
/** Nearer than this a larger window brings nothing and costs memory on both sides. */
const DISTANT_MS = 20;

/** What a channel received since its window was looked at last. */
export interface Reception {
  readonly windowBytes: number;
  readonly receivedBytes: number;
  readonly elapsedMs: number;
  /** Of the link when it is quiet. */
  readonly rttMs: number;
}

/**
 * The window that a channel gets next. It doubles where the sender was held back by it: one that may have a window's
 * worth of bytes on the way sends no more than that per round trip. A slower link or reader never takes so much.
 */
export function nextWindow({ windowBytes, receivedBytes, elapsedMs, rttMs }: Reception): number {
  const perRoundTrip = (receivedBytes * rttMs) / elapsedMs;
  if (rttMs < DISTANT_MS || perRoundTrip < 0.75 * windowBytes) return windowBytes;
  return Math.min(2 * windowBytes, LARGEST_WINDOW_BYTES);
}
