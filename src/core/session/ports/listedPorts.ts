import { placeOf } from '../../detect/place.ts';
import type { RemotePort } from '../../detect/remotePort.ts';
import type { ForwardState } from '../state.ts';

/** More rows help nobody, and the cost of each write of the state grows with the rows. */
const maxListed = 500;

/** The ports to list, sorted by number, and the number of the others. Forwarded ports are kept first, then the user's own. */
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
