import type { ForwardState, HostState } from '../core/session/state.ts';
import { targetHop } from './path/target.ts';

/** The judgement of the Path view: the host lists its ports, and none answers this forward. */
export function leadsToNothing(host: HostState, forward: ForwardState): boolean {
  return targetHop({ host, forward, measured: {} }).fault?.code === 'nothingListens';
}
