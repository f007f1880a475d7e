import type { Announced } from '../core/policy/notices.ts';
import { type ForwardStatus, type HostState, isActive } from '../core/session/state.ts';
import { forwardUrl } from './forwardText.ts';
import { serverName } from './remotePortText.ts';
import { problemText } from './problem.ts';

/** Where the page of a notice is now, or why it is nowhere: nobody can take back a message that is shown. */
export type NoticePage =
  | { readonly kind: 'page'; readonly url: string }
  | { readonly kind: 'gone'; readonly why: string };

export function noticePage(host: HostState, { port, program }: Announced): NoticePage {
  const forward = host.forwards.find(({ remotePort }) => remotePort === port);
  const url = forward && forwardUrl(host, forward);
  if (url !== undefined) return { kind: 'page', url };
  const name = forward?.label ?? serverName({ program }) ?? 'The server';
  return { kind: 'gone', why: why(host, `${name} on ${host.name}:${port}`, forward?.status) };
}

/** The ports that a notice can be about: what is not forwarded any more is not announced. */
export function noticePorts(host: HostState): ReadonlySet<number | undefined> {
  const kinds: ReadonlySet<ForwardStatus['kind']> = new Set<ForwardStatus['kind']>(['opening', 'open', 'elsewhere']);
  return new Set(host.forwards.filter(({ status }) => kinds.has(status.kind)).map(({ remotePort }) => remotePort));
}

function why(host: HostState, server: string, status: ForwardStatus | undefined): string {
  if (status?.kind === 'failed') return problemText(status.why).what;
  if (status?.kind === 'dormant') return `${server} has stopped.`;
  if (status?.kind === 'off') return 'Forwarding is switched off.';
  if (status?.kind === 'paused') return `${server} is paused.`;
  return `${server} is not forwarded any more${isActive(host) ? '' : `: ${host.name} is not connected`}.`;
}
