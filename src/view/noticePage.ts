import type { Announced } from '../core/policy/notices.ts';
import { type HostState, isActive } from '../core/session/state.ts';
import { forwardUrl } from './forwardText.ts';
import { serverName } from './listenerText.ts';
import { problemText } from './problem.ts';

/** Where the page of a notice is now, or why it is nowhere: nobody can take back a message that is shown. */
export type NoticePage =
  | { readonly kind: 'page'; readonly url: string }
  | { readonly kind: 'gone'; readonly why: string };

export function noticePage(host: HostState, { port, identity }: Announced): NoticePage {
  const forward = host.forwards.find(({ remotePort }) => remotePort === port);
  const url = forward && forwardUrl(host, forward);
  if (url !== undefined) return { kind: 'page', url };
  const name = forward?.label ?? serverName({ ...(identity && { identity }) }) ?? 'The server';
  return { kind: 'gone', why: why(host, `${name} on ${host.name}:${port}`, forward?.status) };
}

function why(host: HostState, server: string, status: HostState['forwards'][number]['status'] | undefined): string {
  if (status?.kind === 'failed') return problemText(status.why).what;
  if (status?.kind === 'dormant') return `${server} has stopped.`;
  if (status?.kind === 'off') return 'Forwarding is switched off.';
  if (status?.kind === 'paused') return `${server} is paused.`;
  return `${server} is not forwarded any more${isActive(host) ? '' : `: ${host.name} is not connected`}.`;
}
