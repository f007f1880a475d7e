import type { Row } from './row.ts';

/** Whether the tree shows the same rows. Tooltips do not count: they are made when the pointer rests on a row. */
export function sameRows(before: readonly Row[], after: readonly Row[]): boolean {
  if (before === after) return true;
  return before.length === after.length && before.every((row, index) => sameRow(row, after[index]));
}

function sameRow(a: Row, b: Row | undefined): boolean {
  if (a === b) return true;
  return (
    b !== undefined &&
    a.id === b.id &&
    a.label === b.label &&
    a.description === b.description &&
    a.context === b.context &&
    a.click === b.click &&
    a.fold === b.fold &&
    a.icon.id === b.icon.id &&
    a.icon.color === b.icon.color &&
    sameTarget(a.target, b.target) &&
    sameRows(a.children, b.children)
  );
}

function sameTarget(a: Row['target'], b: Row['target']): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
