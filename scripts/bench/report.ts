import type { RowResult } from './runGroup.ts';

/** One row as a line for people: the first side's figure, and each other side's ratio to it. */
export function line({ row, sides, results }: RowResult): string {
  const pairs = Math.max(...results.map((result) => result.pairs));
  const cells = results.map(({ median, ratio }, column) => {
    const figure = median === undefined ? '–' : `${short(median)} ${row.unit}`;
    const compared = column === 0 || ratio === undefined ? '' : ` ×${ratio.toFixed(2)}`;
    return `${sides[column]} ${figure}${compared}`;
  });
  const goal = row.goal === undefined ? '' : `  [goal ${row.goal}]`;
  const count = pairs === 0 ? '' : `, ${pairs} pairs`;
  return `${row.name} (${row.good}${count})${goal}\n    ${cells.join('   ')}`;
}

/** One row for machines. */
export function json(group: string, { row, sides, results }: RowResult): object {
  const { name, unit, good, goal } = row;
  const figures = Object.fromEntries(sides.map((side, column) => [side, results[column]]));
  return { group, row: name, unit, good, ...(goal !== undefined && { goal }), figures };
}

function short(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
