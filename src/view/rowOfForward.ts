import type { ForwardState, HostState } from '../core/session/state.ts';
import { forwardRow } from './forwardRow.ts';
import type { Row } from './row.ts';

const known = new WeakMap<ForwardState, { readonly host: HostState; readonly row: Row }>();

/** The row says nothing of other forwards: it stays the same while the forward and the rest of the host stay. */
export function rowOfForward(host: HostState, forward: ForwardState): Row {
  const before = known.get(forward);
  if (before && isSameButForwards(before.host, host)) return before.row;
  const row = forwardRow(host, forward);
  known.set(forward, { host, row });
  return row;
}

function isSameButForwards(a: HostState, b: HostState): boolean {
  const keys = Object.keys({ ...a, ...b }) as (keyof HostState)[];
  return keys.every((key) => key === 'forwards' || a[key] === b[key]);
}
