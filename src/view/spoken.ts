import type { Row } from './row.ts';

/** What a screen reader says of a row. The icon alone tells whether a host is connected and a port is forwarded. */
export function spoken({ label, spokenLabel, description, context, target }: Row): string {
  const isIdle = target?.kind === 'host' && context.startsWith('host idle');
  const state = isIdle ? 'not connected' : target?.kind === 'remotePort' ? 'not forwarded' : '';
  return [spokenLabel ?? label, description, state].filter(Boolean).join(', ');
}
