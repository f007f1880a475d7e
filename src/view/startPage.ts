import { containerAt, placeOf, portAt, type PortPlace } from '../core/detect/place.ts';
import { findPort, type HostState } from '../core/session/state.ts';
import { address } from './address.ts';

/** The address with which a browser through the host begins: of a port, else of the first page that is known there. */
export function startPage(host: HostState, place: PortPlace | undefined): string {
  const pages = host.remotePorts.filter(({ program }) => program?.scheme !== undefined);
  const first = pages.find(({ program }) => program?.role === 'devServer') ?? pages[0];
  const seen = place === undefined ? first : findPort(host, place);
  const at = place ?? (first && placeOf(first));
  if (at === undefined) return 'about:blank';
  // The network of a container is another one: its own loopback address is not the host's.
  const name = containerAt(at) === undefined ? 'localhost' : (seen?.addresses[0] ?? 'localhost');
  return `${seen?.program?.scheme ?? 'http'}://${address(name, portAt(at))}${seen?.program?.path ?? '/'}`;
}
