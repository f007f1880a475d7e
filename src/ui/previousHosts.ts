import type { Sessions } from '../core/session/sessions.ts';
import { findHost } from '../core/session/state.ts';

/** Hosts that the window was connected to before it was reloaded, and that nobody has tried since. */
export function previousHosts(sessions: Sessions): readonly string[] {
  const state = sessions.state.get();
  return sessions.left().filter((name) => (findHost(state, name)?.link.kind ?? 'idle') === 'idle');
}
