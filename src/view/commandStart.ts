import type { Row } from './row.ts';

/** Where a command was started from. */
export type CommandStart =
  | { readonly kind: 'row'; readonly row: Row; readonly rows: readonly Row[] }
  /** A row that VS Code could not find. */
  | { readonly kind: 'lostRow' }
  | { readonly kind: 'key' }
  /** A script: a keybinding or a task of the user, another extension, a command link. */
  | { readonly kind: 'script'; readonly value: unknown }
  /** The palette, the view's title or the status bar. */
  | { readonly kind: 'noRow' };

/** The `args` of our keybindings. */
interface Key {
  readonly from: 'key';
}

/**
 * Tells a command's start from the arguments that VS Code passes: a row and the other selected rows for a row's buttons
 * and its menu, a row alone for a click, at most the focused row for the view's title. Anything else comes from a script.
 *
 * RACE: VS Code forgets all rows when the tree changes and knows them again once it has fetched them. A button that is
 * pressed in between passes `undefined` in place of its row.
 */
export function commandStart(args: readonly unknown[]): CommandStart {
  const [given] = args;
  if (given === undefined || given === null) return { kind: args.length > 1 ? 'lostRow' : 'noRow' };
  if (isConfiguration(given)) return { kind: 'noRow' };
  if (isKey(given)) return { kind: 'key' };
  if (!isRow(given)) return { kind: 'script', value: given };
  const selected = Array.isArray(args[1]) ? (args[1] as readonly Row[]) : [];
  return { kind: 'row', row: given, rows: selected.length > 0 ? selected : [given] };
}

/** VS Code passes the whole launch configuration to a command in `${command:…}`. */
function isConfiguration(given: {}): boolean {
  return typeof given === 'object' && 'type' in given && 'request' in given;
}

function isKey(given: {}): given is Key {
  return typeof given === 'object' && 'from' in given && given.from === 'key';
}

/** A whole row, or a place: a click, a button of ours or a test passes only the target of a row. */
function isRow(given: {}): given is Row {
  return typeof given === 'object' && ('target' in given || ('context' in given && 'fold' in given));
}
