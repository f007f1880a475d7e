const MEBIBYTE = 1024 * 1024;
/** ssh2 grants this much to every new channel (RFC 4254 §5.1). */
export const FIRST_WINDOW_BYTES = 2 * MEBIBYTE;
const LARGEST_WINDOW_BYTES = 8 * MEBIBYTE;
/** The extra window that all channels of a connection share. A reader that stops leaves a full window in our memory. */
export const SPARE_WINDOW_BYTES = 12 * MEBIBYTE;
/** Below this round trip a larger window gains nothing, and it costs memory on both sides. */
const DISTANT_MS = 20;

/** What a channel received since its window was last adjusted. */
export interface Reception {
  readonly windowBytes: number;
  readonly receivedBytes: number;
  readonly elapsedMs: number;
  /** The round trip of the connection when it is quiet. */
  readonly rttMs: number;
}

/**
 * The next window of a channel. It doubles when the window held the sender back: a sender can send at most one window
 * per round trip. A slower connection or reader never uses that much.
 */
export function nextWindow({ windowBytes, receivedBytes, elapsedMs, rttMs }: Reception): number {
  const perRoundTrip = (receivedBytes * rttMs) / elapsedMs;
  if (rttMs < DISTANT_MS || perRoundTrip < 0.75 * windowBytes) return windowBytes;
  return Math.min(2 * windowBytes, LARGEST_WINDOW_BYTES);
}
