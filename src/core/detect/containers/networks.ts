import { parseFibTrie, parseIfInet6 } from '../../listing/localAddresses.ts';
import { linesByPid } from '../../listing/procFiles.ts';
import { parseProcNet } from '../../listing/procNet.ts';
import { type HostRoute, isOnLink, parseIpv6Routes, parseRoutes } from '../../listing/routes.ts';
import type { ListeningSocket } from '../../listing/socket.ts';

/** The listening sockets in the network of each process. An ended process has no entry. */
export function parseTables(text: string): ReadonlyMap<number, readonly ListeningSocket[]> {
  const [four, six] = [linesByPid(text, 'net/tcp'), linesByPid(text, 'net/tcp6')];
  const pids = [...new Set([...four.keys(), ...six.keys()])];
  return new Map(
    pids.map((pid) => [pid, parseProcNet([...(four.get(pid) ?? []), ...(six.get(pid) ?? [])].join('\n'))]),
  );
}

/** The addresses in the network of each process. */
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
 * The addresses of a container that the host can reach. SECURITY: the address of a rootless container may be the host's own
 * (pasta) or unknown to the host (slirp4netns). A connection to it would reach another machine or program.
 */
export function reachable(addresses: readonly string[], host: HostNetwork): readonly string[] {
  return addresses.filter((address) => !host.addresses.includes(address) && isOnLink(address, host.routes));
}
