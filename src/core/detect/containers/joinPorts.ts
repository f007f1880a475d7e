import { isLoopbackAddress } from '../../spec/loopback.ts';
import { type Cgroup, shortId } from '../cgroup.ts';
import { containerAddresses } from '../dialAddress.ts';
import { type Account, merge } from '../merge.ts';
import type { ListeningSocket } from '../../listing/socket.ts';
import type { PortProcess, RemotePort } from '../remotePort.ts';
import type { Container, PublishedPort } from './container.ts';
import type { NamedContainer } from './names.ts';
import { type HostNetwork, reachable } from './networks.ts';
import type { Proxy } from './proxies.ts';

/** The facts that were found about one container. */
export interface FoundContainer {
  readonly cgroup: Cgroup;
  readonly sockets: readonly ListeningSocket[];
  /** All addresses in its network, reachable or not. */
  readonly addresses: readonly string[];
  readonly named: NamedContainer | undefined;
  /** Its first process. */
  readonly process: PortProcess | undefined;
}

export interface Inside {
  readonly containers: readonly FoundContainer[];
  readonly host: HostNetwork;
  readonly proxies: readonly Proxy[];
  readonly account: Account;
}

/**
 * The host's own ports, then those of containers. A published port is one entry: the host's port, which names the
 * container's port.
 */
export function joinPorts(
  own: readonly RemotePort[],
  { containers, host, proxies, account }: Inside,
): readonly RemotePort[] {
  const inodes = new Set<string>();
  const names = new Set<string>();
  const listed = containers.flatMap((found) => {
    // Containers may share a network: the pods of Kubernetes and podman, `network_mode: service:web`.
    const isKnown = found.sockets.some(({ inode = '' }) => inodes.has(inode));
    for (const { inode } of found.sockets) if (inode !== undefined) inodes.add(inode);
    if (isKnown) return [];
    const container = { ...identity(found, names), addresses: reachable(found.addresses, host) };
    names.add(container.name);
    return { found, container };
  });
  const published = publishedPorts(listed, proxies);
  const leading = own.map((port): RemotePort => {
    const to = published.get(port.port);
    return to ? { ...port, published: to } : port;
  });
  const served = new Set(leading.flatMap((port) => (port.published ? placeName(port.published) : [])));
  const inside = listed.flatMap(({ found, container }) =>
    merge(
      found.sockets.map((socket) => ({ socket })),
      account,
    )
      .filter(({ port }) => !served.has(placeName({ container: container.name, port })))
      .map((port) => containerPort(port, container, found, account)),
  );
  return [...leading, ...inside.toSorted((a, b) => compare(a.container?.name ?? '', b.container?.name ?? ''))];
}

function containerPort(port: RemotePort, container: Container, found: FoundContainer, account: Account): RemotePort {
  // A login that may ask docker or podman about a container, or runs it, counts as its owner. The uids inside say little.
  const isOwn = found.named !== undefined || found.cgroup.rootlessUid === account.uid;
  const whole: RemotePort = {
    ...port,
    container,
    ...(isOwn && { owner: 'self' }),
    ...(found.process && { process: found.process }),
  };
  if (containerAddresses(whole).length > 0) return whole;
  return { ...whole, unreachable: port.addresses.every(isLoopbackAddress) ? 'ownLoopback' : 'noRoute' };
}

function identity({ cgroup, named }: FoundContainer, taken: ReadonlySet<string>): Omit<Container, 'addresses'> {
  const id = shortId(cgroup);
  const { containerName = '', image = '', project, service, serviceName } = named ?? {};
  const ofService = serviceName === undefined ? '' : [project, serviceName].filter(Boolean).join('/');
  const plain = cgroup.runtime === 'kubernetes' ? `pod-${id.slice(0, 8)}` : id;
  const name = [ofService, containerName, plain].find((each) => each !== '' && !taken.has(each)) ?? cgroup.id;
  return {
    name,
    runtime: cgroup.runtime,
    id,
    ...(containerName !== '' && { containerName }),
    ...(image !== '' && { image }),
    ...(service !== undefined && { service }),
    ...(project !== undefined && { project }),
  };
}

/** Published ports by port of the host. The runtime's answer wins over the command lines of proxies. */
function publishedPorts(
  listed: readonly { readonly found: FoundContainer; readonly container: Container }[],
  proxies: readonly Proxy[],
): ReadonlyMap<number, PublishedPort> {
  const shown = proxies.flatMap(({ hostPort, address, port }) => {
    const behind = listed.find(({ found }) => found.addresses.includes(address));
    return behind ? [[hostPort, { container: behind.container.name, port }] as const] : [];
  });
  const told = listed.flatMap(({ found, container }) =>
    (found.named?.published ?? []).map(
      ({ hostPort, port }) => [hostPort, { container: container.name, port }] as const,
    ),
  );
  return new Map([...shown, ...told]);
}

function placeName({ container, port }: PublishedPort): string {
  return `${container}:${port}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
