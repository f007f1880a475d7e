import type { RemotePort } from './remotePort.ts';

/** The host to dial, as the remote sees it, so that a connection reaches this listener. */
export function dialAddress({ addresses }: RemotePort): string {
  if (addresses.includes('127.0.0.1')) return '127.0.0.1';
  // '::' may be IPv6 alone: by name the remote tries both families.
  if (addresses.includes('0.0.0.0') || addresses.includes('::')) return 'localhost';
  if (addresses.includes('::1')) return '::1';
  return addresses.find((address) => address.startsWith('127.')) ?? addresses[0] ?? 'localhost';
}
