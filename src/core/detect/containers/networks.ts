import { parseFibTrie, parseIfInet6 } from '../../listing/localAddresses.ts';
import { linesByPid } from '../../listing/procFiles.ts';
import { parseProcNet } from '../../listing/procNet.ts';
import { type HostRoute, isOnLink, parseIpv6Routes, parseRoutes } from '../../listing/routes.ts';
import type { ListeningSocket } from '../../listing/socket.ts';

/** The listening sockets of each process's network. A process that has ended has no entry. */
export function parseTables(text: string): ReadonlyMap<number, readonly ListeningSocket[]> {
  const [four, six] = [linesByPid(text, 'net/tcp'), linesByPid(text, 'net/tcp6')];
  const pids = [...new Set([...four.keys(), ...six.keys()])];
  return new Map(
    pids.map((pid) => [pid, parseProcNet([...(four.get(pid) ?? []), ...(six.get(pid) ?? [])].join('\n'))]),
  );
}

/** The addresses of each process's network. */
export function parseAddresses(text: string): ReadonlyMap<number, readonly string[]> {
  const [four, six] = [linesByPid(text, 'net/fib_trie'), linesByPid(text, 'net/if_inet6')];
  const pids = [...new Set([...four.keys(), ...six.keys()])];
  return new Map(pids.map((pid) => [pid, [...parseFibTrie(four.get(pid) ?? []), ...parseIfInet6(six.get(pid) ?? [])]]));
}

/** The host's own network. */
export interface HostNetwork {
  readonly addresses: readonly string[];
  readonly routes: readonly HostRoute[];
}

export function parseHostNetwork(text: string): HostNetwork {
  const lines = text.split('\n');
  const of = (name: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`/proc/net/${name}:`) ? line.slice(11 + name.length) : []));
  return {
    addresses: [...parseFibTrie(of('fib_trie')), ...parseIfInet6(of('if_inet6'))],
    routes: [...parseRoutes(of('route')), ...parseIpv6Routes(of('ipv6_route'))],
  };
}

/**
 * The addresses of a container at which the host reaches it. SECURITY: a rootless network has the address of the host
 * (pasta), or one that the host knows nothing of (slirp4netns): there another machine would get the connection.
 */
export function reachable(addresses: readonly string[], host: HostNetwork): readonly string[] {
  return addresses.filter((address) => !host.addresses.includes(address) && isOnLink(address, host.routes));
}
