import type { ForwardState, HostState } from '../core/session/state.ts';
import { destinationText, forwardUrl, localAddress, remoteBindText } from './forwardText.ts';
import { serverName } from './listenerText.ts';
import { problemText } from './problem.ts';

/** “Flask on devbox:5000 → http://localhost:5000”, and why the local port is another one where it is. */
export function announcement(host: HostState, forward: ForwardState): string {
  const { spec, label, remotePort, status } = forward;
  if (spec.kind === 'remote' || spec.kind === 'remoteDynamic') {
    return `${label ?? destinationText(spec)} is at ${remoteBindText(forward)} on ${host.name}`;
  }
  const seen = host.listeners.find(({ listener }) => listener.port === remotePort);
  const name = label ?? (seen && serverName(seen)) ?? (remotePort === undefined ? destinationText(spec) : 'A server');
  const from = remotePort === undefined ? host.name : `${host.name}:${remotePort}`;
  const url = seen?.identity?.scheme ? forwardUrl(host, forward)?.replace(/\/$/u, '') : localAddress(forward);
  const instead = status.kind === 'listening' ? status.instead : undefined;
  return [`${name} on ${from} → ${url ?? ''}`, instead && problemText(instead.why).what].filter(Boolean).join('. ');
}
