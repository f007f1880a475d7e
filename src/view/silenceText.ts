import type { LinkState } from '../core/session/state.ts';

/** For how long a connected host has said nothing; undefined while it answers. */
export function silenceText({ silentForMs }: Extract<LinkState, { readonly kind: 'online' }>): string | undefined {
  return silentForMs === undefined ? undefined : `not answering for ${Math.round(silentForMs / 1000)} s`;
}
