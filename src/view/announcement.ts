import type { ForwardState, HostState } from '../core/session/state.ts';
import { forwardUrl, localAddress } from './forwardText.ts';
import { problemText } from './problem.ts';

/** “Flask on devbox:5000 → http://localhost:5000”, and why the local port is another one where it is. */
export function announcement(host: HostState, forward: ForwardState): string {
  const seen = host.listeners.find(({ listener }) => listener.port === forward.remotePort);
  const name = forward.label ?? seen?.identity?.name ?? 'A server';
  const url = seen?.identity?.scheme ? forwardUrl(host, forward)?.replace(/\/$/u, '') : localAddress(forward);
  const instead = forward.status.kind === 'listening' ? forward.status.instead : undefined;
  return [
    `${name} on ${host.name}:${forward.remotePort ?? ''} → ${url ?? ''}`,
    instead && problemText(instead.why).what,
  ]
    .filter(Boolean)
    .join('. ');
}
