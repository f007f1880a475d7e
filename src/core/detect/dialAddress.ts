import { isLoopbackAddress } from '../spec/loopback.ts';
import type { RemotePort } from './remotePort.ts';

/** The host to dial from the remote so that a connection reaches the program on this port. */
export function dialAddress({ addresses }: RemotePort): string {
  if (addresses.includes('127.0.0.1')) return '127.0.0.1';
  // '::' may accept IPv6 only. For a host name the remote tries both families.
  if (addresses.includes('0.0.0.0') || addresses.includes('::')) return 'localhost';
  if (addresses.includes('::1')) return '::1';
  return addresses.find(isLoopbackAddress) ?? addresses[0] ?? 'localhost';
}
