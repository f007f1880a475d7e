const unfocusedMs = 30_000;
/** The watch may take 5 % of one core of the remote, so between two looks stands 20 times what a look costs. */
const costFactor = 20;

/**
 * How long to wait for the next look. `quietMs`: since something changed or somebody asked; `lookMs`: CPU time that a
 * look costs the remote.
 */
export function pollMs(now: {
  readonly isFocused: boolean;
  readonly quietMs: number;
  readonly lookMs: number;
}): number {
  const wanted = now.isFocused ? attentive(now.quietMs) : unfocusedMs;
  return Math.max(wanted, Math.ceil((now.lookMs * costFactor) / 100) * 100);
}

function attentive(quietMs: number): number {
  if (quietMs < 30_000) return 250;
  if (quietMs < 600_000) return 1000;
  if (quietMs < 3_600_000) return 2000;
  return 5000;
}
