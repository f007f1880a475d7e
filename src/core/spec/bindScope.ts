import { isLoopback } from './loopback.ts';
import type { Bind, ForwardSpec } from './spec.ts';

/** Whether other machines can reach the listener of a forward: "shared" in the UI. */
export function isWide({ bind }: { readonly bind: Bind }): boolean {
  return bind.kind === 'tcp' && !isLoopback(bind.host);
}

/** The same forward, listening on all interfaces. */
export function onAllInterfaces(spec: ForwardSpec): ForwardSpec {
  return spec.bind.kind === 'tcp' ? { ...spec, bind: { ...spec.bind, host: '*' } } : spec;
}

/**
 * Whether the listener at the server is reachable as the user asked. sshd reports success in all cases: `GatewayPorts no`
 * binds loopback for every bind address, and `GatewayPorts yes` binds all interfaces (sshd_config(5)).
 *
 * @param addresses the addresses that the remote's listing shows for the port
 */
export function remoteScope(bind: Bind, addresses: readonly string[]): 'asAsked' | 'wider' | 'narrower' {
  const isOpen = addresses.some((address) => !isLoopback(address));
  if (isWide({ bind }) === isOpen) return 'asAsked';
  return isOpen ? 'wider' : 'narrower';
}
