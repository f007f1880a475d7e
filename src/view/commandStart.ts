import type { Row } from './row.ts';

/** Where a command was started from. */
export type CommandStart =
  | { readonly kind: 'row'; readonly row: Row; readonly rows: readonly Row[] }
  /** A row that VS Code could not find. */
  | { readonly kind: 'lostRow' }
  | { readonly kind: 'key' }
  /** The palette, the view's title or the status bar. */
  | { readonly kind: 'noRow' };

/** The `args` of our keybindings. */
interface Key {
  readonly from: 'key';
}

/**
 * Tells a command's start from the arguments that VS Code passes: a row and the other selected rows for a row's buttons
 * and its menu, a row alone for a click, at most the focused row for the view's title.
 *
 * RACE: VS Code forgets all rows when the tree changes and knows them again once it has fetched them. A button that is
 * pressed in between passes `undefined` in place of its row.
 */
export function commandStart(args: readonly unknown[]): CommandStart {
  const given = args[0] as Row | Key | null | undefined;
  if (given === undefined || given === null) return { kind: args.length > 1 ? 'lostRow' : 'noRow' };
  if ('from' in given) return { kind: 'key' };
  const selected = Array.isArray(args[1]) ? (args[1] as readonly Row[]) : [];
  return { kind: 'row', row: given, rows: selected.length > 0 ? selected : [given] };
}
