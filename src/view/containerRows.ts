import { containerAt, type PortPlace } from '../core/detect/place.ts';
import type { Container } from '../core/detect/containers/container.ts';
import type { HostState } from '../core/session/state.ts';
import { containerTitle } from './containerTitle.ts';
import type { Row } from './row.ts';

/** The row of a port, and whether it is forwarded. */
export interface PlacedRow {
  readonly place: PortPlace;
  readonly isForwarded: boolean;
  readonly row: Row;
}

/** A row for each container, with the rows of its ports. Folded if none of them is forwarded. */
export function containerRows(host: HostState, rows: readonly PlacedRow[]): readonly Row[] {
  const names = [...new Set(rows.flatMap(({ place }) => containerAt(place) ?? []))].toSorted();
  return names.map((name) => {
    const inside = rows.filter(({ place }) => containerAt(place) === name);
    const isOpen = inside.some(({ isForwarded }) => isForwarded);
    const container = host.remotePorts.find((each) => each.container?.name === name)?.container;
    return {
      // VS Code remembers folding by id, so the unfolded row has another id.
      id: `container:${host.name}:${name}${isOpen ? ':open' : ''}`,
      label: containerTitle(name),
      description: container?.image ?? '',
      tooltip: containerLines(name, container, host.name).join('\n'),
      icon: { id: 'package' },
      context: 'container',
      fold: isOpen ? 'expanded' : 'collapsed',
      children: inside.map(({ row }) => row),
    };
  });
}

/** All facts of a container, for tooltips. */
function containerLines(name: string, container: Container | undefined, hostName: string): readonly string[] {
  if (!container) return [`${containerTitle(name)}: no such container is listed on ${hostName}`];
  const { runtime, id, containerName, image, addresses } = container;
  return [
    `${containerTitle(name)}: a container on ${hostName}`,
    [containerName, id !== containerName && id, runtimes[runtime]].filter(Boolean).join(', '),
    ...(image ? [`made from ${image}`] : []),
    addresses.length > 0 ? `reached at ${addresses.join(', ')}` : 'The host has no route to its network',
  ];
}

const runtimes: Readonly<Record<Container['runtime'], string>> = {
  docker: 'Docker',
  podman: 'Podman',
  kubernetes: 'a pod of Kubernetes',
  containerd: 'containerd',
  lxc: 'LXC',
  nspawn: 'systemd-nspawn',
};
