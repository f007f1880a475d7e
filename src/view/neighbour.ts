import type { Row } from './row.ts';

/**
 * The row to focus when a row has gone: the next sibling that is still there, else the previous one, else the parent.
 * Undefined if none of them is left.
 */
export function neighbour(before: readonly Row[], goneId: string, after: readonly Row[]): Row | undefined {
  const parent = parentOf(before, goneId);
  const siblings = parent?.children ?? before;
  const index = siblings.findIndex(({ id }) => id === goneId);
  if (index === -1) return undefined;
  const candidates = [
    ...siblings.slice(index + 1),
    ...siblings.slice(0, index).toReversed(),
    ...(parent ? [parent] : []),
  ];
  for (const { id } of candidates) {
    const row = findRow(after, id);
    if (row) return row;
  }
  return undefined;
}

export function findRow(rows: readonly Row[], id: string): Row | undefined {
  return allRows(rows).find((row) => row.id === id);
}

export function parentOf(rows: readonly Row[], id: string): Row | undefined {
  return allRows(rows).find(({ children }) => children.some((row) => row.id === id));
}

function allRows(rows: readonly Row[]): readonly Row[] {
  return rows.flatMap((row) => [row, ...allRows(row.children)]);
}
