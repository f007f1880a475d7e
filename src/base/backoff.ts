/** The delay before attempt 0, 1, 2 …: zero, then `minMs`, doubled each time up to `maxMs`, with 20 % jitter. */
export function backoffMs(
  attempt: number,
  { minMs, maxMs }: { readonly minMs: number; readonly maxMs: number },
  random = Math.random,
): number {
  if (attempt <= 0) return 0;
  const base = Math.min(maxMs, minMs * 2 ** (attempt - 1));
  return Math.round(Math.min(maxMs, base * (0.8 + 0.4 * random())));
}
