const MEBIBYTE = 1024 * 1024;
/** ssh2 grants this much to every new channel (RFC 4254 §5.1). */
export const FIRST_WINDOW_BYTES = 2 * MEBIBYTE;
const LARGEST_WINDOW_BYTES = 8 * MEBIBYTE;
/** The extra window that all channels of a connection share. A reader that stops leaves a full window in our memory. */
export const SPARE_WINDOW_BYTES = 12 * MEBIBYTE;
/** Below this round trip a larger window gains nothing, and it costs memory on both sides. */
const DISTANT_MS = 20;

/** Beside other channels, a window allows this much more than the data of a round trip, to notice a faster connection. */
const SHARED_GAIN = 1.3;
const SMALLEST_WINDOW_BYTES = 64 * 1024;
const KEPT_SAMPLES = 6;

/** What a channel received lately. */
export interface Reception {
  readonly windowBytes: number;
  /** Bytes per round trip, the latest last. See `withSample`. */
  readonly perRoundTrip: readonly number[];
  /** Other channels of the connection receive too. */
  readonly isShared: boolean;
  /** The round trip of the connection when it is quiet. */
  readonly rttMs: number;
}

/** Adds a measurement, and forgets the oldest. */
export function withSample(perRoundTrip: readonly number[], bytesPerRoundTrip: number): readonly number[] {
  return [...perRoundTrip, bytesPerRoundTrip].slice(-KEPT_SAMPLES);
}

/**
 * The next window of a channel. It doubles when the window held the sender back: a sender can send at most one window
 * per round trip. A slower connection or reader never uses that much.
 *
 * What a window allows beyond the data of one round trip queues on the way and delays the other channels. So beside them it
 * follows that amount. The second highest measurement counts: pauses of this machine or the network make some too low, and
 * what arrives after a pause makes one too high.
 */
export function nextWindow({ windowBytes, perRoundTrip, isShared, rttMs }: Reception): number {
  const latest = perRoundTrip.at(-1) ?? 0;
  if (rttMs < DISTANT_MS) return windowBytes;
  if (!isShared) return latest < 0.75 * windowBytes ? windowBytes : Math.min(2 * windowBytes, LARGEST_WINDOW_BYTES);
  const [, second = latest] = perRoundTrip.toSorted((a, b) => b - a);
  return Math.min(Math.max(Math.round(SHARED_GAIN * second), SMALLEST_WINDOW_BYTES), LARGEST_WINDOW_BYTES);
}
