const unfocusedMs = 30_000;
/** The watch may use 5 % of one core of the remote, so the pause is 20 times the cost of a poll. */
const costFactor = 20;

/**
 * The pause before the next poll. `quietMs`: time since the last change or refresh. `pollCostMs`: the CPU time of one poll on
 * the remote.
 */
export function pollMs(now: {
  readonly isFocused: boolean;
  readonly quietMs: number;
  readonly pollCostMs: number;
}): number {
  const wanted = now.isFocused ? attentive(now.quietMs) : unfocusedMs;
  return Math.max(wanted, Math.ceil((now.pollCostMs * costFactor) / 100) * 100);
}

function attentive(quietMs: number): number {
  if (quietMs < 30_000) return 250;
  if (quietMs < 600_000) return 1000;
  if (quietMs < 3_600_000) return 2000;
  return 5000;
}
