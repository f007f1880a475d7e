import type { Announced } from '../core/policy/notices.ts';
import type { PortPlace } from '../core/detect/place.ts';
import { type ForwardStatus, type HostState, isActive } from '../core/session/state.ts';
import { forwardUrl } from './forwardText.ts';
import { programName } from './remotePortText.ts';
import { problemText } from './problem.ts';

/** Where the page of a notice is now, or why there is none. An extension cannot take back a message that VS Code shows. */
export type NoticePage =
  | { readonly kind: 'page'; readonly url: string }
  | { readonly kind: 'gone'; readonly why: string };

export function noticePage(host: HostState, { port, program }: Announced): NoticePage {
  const forward = host.forwards.find(({ remotePort }) => remotePort === port);
  const url = forward && forwardUrl(host, forward);
  if (url !== undefined) return { kind: 'page', url };
  const name = forward?.label ?? programName({ program }) ?? 'The server';
  return { kind: 'gone', why: why(host, `${name} on ${host.name}:${port}`, forward?.status) };
}

/** The remote ports that a notice may announce: those that are still forwarded. */
export function noticePorts(host: HostState): ReadonlySet<PortPlace | undefined> {
  const kinds: ReadonlySet<ForwardStatus['kind']> = new Set<ForwardStatus['kind']>(['opening', 'open', 'elsewhere']);
  return new Set(host.forwards.filter(({ status }) => kinds.has(status.kind)).map(({ remotePort }) => remotePort));
}

function why(host: HostState, program: string, status: ForwardStatus | undefined): string {
  if (status?.kind === 'failed') return problemText(status.why).what;
  if (status?.kind === 'dormant') return `${program} has stopped.`;
  if (status?.kind === 'off') return 'Forwarding is switched off.';
  if (status?.kind === 'paused') return `${program} is paused.`;
  return `${program} is not forwarded any more${isActive(host) ? '' : `: ${host.name} is not connected`}.`;
}
