import { endpoint } from './address.ts';
import { destinationText, localAddress, remoteBindText } from './forwardText.ts';
import { portAt } from '../core/detect/place.ts';
import { isLoopback } from '../core/spec/loopback.ts';
import type { Endpoint } from '../core/spec/spec.ts';
import type { ForwardState } from '../core/session/state.ts';

/**
 * Both ends of a forward, short enough for a narrow side bar: `5000 → 5001` is remote port 5000 at localhost:5001, and
 * `8022 ← 22` is port 22 of this machine at port 8022 of the remote. Without a listener here: `5000`. The name of a
 * third host is too long, so it is left out: `→ 8000`.
 */
export function forwardLabel(forward: ForwardState): string {
  const { spec, remotePort } = forward;
  switch (spec.kind) {
    case 'local':
      return remotePort === undefined
        ? (withHere(forward, '') ?? shortEnd(spec.to))
        : (withHere(forward, `${portAt(remotePort)} `) ?? String(portAt(remotePort)));
    case 'dynamic':
      return withHere(forward, 'SOCKS ') ?? 'SOCKS';
    case 'remote':
      return `${shortAddress(remoteBindText(forward))} ← ${shortEnd(spec.to)}`;
    case 'remoteDynamic':
      return `${shortAddress(remoteBindText(forward))} ← SOCKS`;
  }
}

/** The same for a screen reader, without an arrow. */
export function spokenLabel(hostName: string, forward: ForwardState): string {
  const { spec, remotePort } = forward;
  if (spec.kind === 'remote' || spec.kind === 'remoteDynamic')
    return `${destinationText(spec)}, at ${remoteBindText(forward)} on ${hostName}`;
  const there = remotePort === undefined ? destinationText(spec) : portAt(remotePort);
  const here = localAddress(forward);
  return here === undefined ? String(there) : `${there}, forwarded to ${here}`;
}

function withHere(forward: ForwardState, there: string): string | undefined {
  const address = localAddress(forward);
  return address === undefined ? undefined : `${there}→ ${shortAddress(address)}`;
}

function shortEnd(to: Endpoint): string {
  return to.kind === 'tcp' && isLoopback(to.host) ? String(to.port) : shortAddress(endpoint(to));
}

/** The address without a loopback host, and without the folder of a socket. */
function shortAddress(text: string): string {
  return text.replace(/^(?:localhost|127\.0\.0\.1|\[::1\]):/u, '').replace(/^.*\//u, '');
}
