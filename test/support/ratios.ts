/** The figures of one row, by side and by round. A round that a side did not measure is undefined. */
export type Figures = readonly (readonly (number | undefined)[])[];

/** One side's result of a row. */
export interface Result {
  /** The median over the rounds. Undefined if the side measured nothing. */
  readonly median: number | undefined;
  /** The median of the ratios to the base, round by round. Undefined without a figure of both. */
  readonly ratio: number | undefined;
  /** How many rounds both measured. */
  readonly pairs: number;
}

/** Compares each side with `base`: one of the sides, or nothing. */
export function compare(figures: Figures, base: Figures[number] = figures[0] ?? []): readonly Result[] {
  return figures.map((mine) => {
    const pairs = mine.flatMap((value, round) => {
      const other = base[round];
      return value === undefined || other === undefined ? [] : [value / other];
    });
    return {
      median: median(mine.filter((value) => value !== undefined)),
      ratio: median(pairs),
      pairs: pairs.length,
    };
  });
}

/** The value in the middle, or the mean of the two in the middle. Undefined for no values. */
export function median(numbers: readonly number[]): number | undefined {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** The order in which the sides of a round take their turns: no side is always the first. */
export function turnsOf(round: number, sides: number): readonly number[] {
  return Array.from({ length: sides }, (_, turn) => (turn + round) % sides);
}
