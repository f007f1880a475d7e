import { findHost, type AppState } from '../../core/session/state.ts';
import type { Target } from '../../view/row.ts';
import { networkAddresses } from '../networkAddresses.ts';

/** Lines of the tooltip: where other machines reach a shared forward. */
export function networkLines(state: AppState, target: Target | undefined): readonly string[] {
  if (target?.kind !== 'forward') return [];
  const forward = findHost(state, target.host)?.forwards.find(({ id }) => id === target.id);
  const addresses = forward ? networkAddresses(forward) : [];
  return addresses.length > 0 ? [`Other machines reach it at ${addresses.join(' or ')}`] : [];
}
