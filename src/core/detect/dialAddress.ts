import { isLoopbackAddress } from '../spec/loopback.ts';
import type { RemotePort } from './remotePort.ts';

/** The host to dial from the remote so that a connection reaches the program on this port. */
export function dialAddress(remotePort: RemotePort): string {
  const { addresses } = remotePort;
  if (remotePort.container) return containerAddresses(remotePort)[0] ?? 'localhost';
  if (addresses.includes('127.0.0.1')) return '127.0.0.1';
  // '::' may accept IPv6 only. For a host name the remote tries both families.
  if (addresses.includes('0.0.0.0') || addresses.includes('::')) return 'localhost';
  if (addresses.includes('::1')) return '::1';
  return addresses.find(isLoopbackAddress) ?? addresses[0] ?? 'localhost';
}

/** The addresses of its container at which a port answers, the best first. Empty if the host reaches none of them. */
export function containerAddresses({ addresses, container }: RemotePort): readonly string[] {
  const all = container?.addresses ?? [];
  // '::' usually accepts both families (ipv6(7) IPV6_V6ONLY).
  if (addresses.includes('::')) return all;
  const isIpv4 = (address: string): boolean => !address.includes(':');
  return all.filter((address) => addresses.includes(address) || (addresses.includes('0.0.0.0') && isIpv4(address)));
}
