import type { Bind, ForwardSpec } from './spec.ts';

/** Whether only this machine (for -R: only the remote) can reach an address. Sockets of the file system are. */
export function isLoopback(host: string | undefined): boolean {
  return host === undefined || host === 'localhost' || host === '::1' || /^127(?:\.\d+){3}$/u.test(host);
}

/** A forward that others than the machine it listens on can use. */
export function isWide({ bind }: { readonly bind: Bind }): boolean {
  return bind.kind === 'tcp' && !isLoopback(bind.host);
}

/** The same forward, open to every interface. */
export function onAllInterfaces(spec: ForwardSpec): ForwardSpec {
  return spec.bind.kind === 'tcp' ? { ...spec, bind: { ...spec.bind, host: '*' } } : spec;
}

/**
 * Whether the remote's end listens as it was asked. sshd reports success all the same: with GatewayPorts no it stays on
 * loopback whatever was asked, with GatewayPorts yes it opens everything (sshd_config(5)).
 *
 * @param addresses what the remote's list of listeners shows for the port
 */
export function remoteScope(bind: Bind, addresses: readonly string[]): 'asAsked' | 'wider' | 'narrower' {
  const isOpen = addresses.some((address) => !isLoopback(address));
  if (isWide({ bind }) === isOpen) return 'asAsked';
  return isOpen ? 'wider' : 'narrower';
}
