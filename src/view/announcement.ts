import type { PortPlace } from '../core/detect/place.ts';
import { findPort, type ForwardState, type HostState } from '../core/session/state.ts';
import { destinationText, forwardUrl, localAddress, remoteBindText } from './forwardText.ts';
import { harmless } from './harmless.ts';
import { programName } from './remotePortText.ts';
import { problemText } from './problem.ts';

/**
 * The text of the notice about a new forward: “Flask on devbox:5000 → http://localhost:5000”. It says why the local port
 * differs from the wanted one, and which other remote ports were forwarded at the same time.
 */
export function announcement(of: HostState, made: ForwardState, others: readonly PortPlace[] = []): string {
  const [host, forward] = [harmless(of), harmless(made)];
  const { spec, label, remotePort, status } = forward;
  if (spec.kind === 'remote' || spec.kind === 'remoteDynamic') {
    return `${label ?? destinationText(spec)} is at ${remoteBindText(forward)} on ${host.name}`;
  }
  const seen = findPort(host, remotePort);
  const name = label ?? (remotePort === undefined ? destinationText(spec) : seen && (programName(seen) ?? 'A server'));
  const from = remotePort === undefined ? host.name : placeText(host.name, remotePort);
  const url = seen?.program?.scheme ? forwardUrl(host, forward)?.replace(/\/$/u, '') : localAddress(forward);
  const instead = status.kind === 'open' ? status.instead : undefined;
  return [
    `${name === undefined ? '' : `${name} on `}${from} → ${url ?? ''}${instead || others.length > 0 ? '.' : ''}`,
    instead && problemText(instead.why).what,
    others.length > 0 && `Also forwarded: ${others.map((port) => portName(host, port)).join(', ')}.`,
  ]
    .filter(Boolean)
    .join(' ');
}

/** `devbox:8000`, or `shop/web:8000 (devbox)` in a container. */
function placeText(hostName: string, place: PortPlace): string {
  return typeof place === 'number' ? `${hostName}:${place}` : `${place} (${hostName})`;
}

/** `8000 (Python http.server)` */
function portName(host: HostState, port: PortPlace): string {
  const seen = findPort(host, port);
  const name = seen && programName(seen);
  return name === undefined ? String(port) : `${port} (${name})`;
}
