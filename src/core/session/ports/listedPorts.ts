import { placeOf } from '../../detect/place.ts';
import type { RemotePort } from '../../detect/remotePort.ts';
import type { ForwardState } from '../state.ts';

/** More rows help nobody, and every write of the state costs as much as there are rows. */
const maxListed = 500;

/** The ports to list, sorted by number, and how many there are beyond them. Those that somebody uses or may use come first. */
export function listedPorts<P extends RemotePort>(
  ports: readonly P[],
  forwards: readonly ForwardState[],
): { readonly listed: readonly P[]; readonly more: number } {
  if (ports.length <= maxListed) return { listed: ports, more: 0 };
  const served = new Set(forwards.map(({ remotePort }) => remotePort));
  const rank = (port: P): number => (served.has(placeOf(port)) ? 0 : port.owner === 'self' ? 1 : 2);
  const listed = ports
    .toSorted((a, b) => rank(a) - rank(b) || a.port - b.port)
    .slice(0, maxListed)
    .sort((a, b) => a.port - b.port);
  return { listed, more: ports.length - maxListed };
}
