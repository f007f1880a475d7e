import type { ForwardState, HostState } from '../core/session/state.ts';
import { targetHops } from './path/target.ts';

/** The judgement of the Path view: the host lists its ports, and none answers this forward. */
export function leadsToNothing(host: HostState, forward: ForwardState): boolean {
  return targetHops({ host, forward, measured: {} }).at(-1)?.fault?.code === 'nothingListens';
}
