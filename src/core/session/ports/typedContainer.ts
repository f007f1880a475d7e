import net from 'node:net';
import { delay } from '../../../base/delay.ts';
import { containerAt, portAt, type PortPlace } from '../../detect/place.ts';
import { isLoopback } from '../../spec/loopback.ts';
import type { ForwardRequest } from '../forwards/forwardRequests.ts';
import type { HostState, SeenPort } from '../state.ts';

/** How long a typed name waits for the first list of ports. */
const firstListMs = 5000;
const stepMs = 50;

/**
 * Turns a typed `web:5173` into the port of a container of that name, if there is one. Waits for the first list of ports of
 * a new connection.
 */
export async function inContainer(
  request: ForwardRequest,
  read: () => HostState,
  signal: AbortSignal,
): Promise<ForwardRequest> {
  const { spec, origin, remotePort } = request;
  if (origin !== 'user' || remotePort !== undefined || spec.kind !== 'local' || spec.to.kind !== 'tcp') return request;
  if (spec.kubectl) return request;
  const { host, port } = spec.to;
  if (isLoopback(host) || net.isIP(host) !== 0) return request;
  for (let waited = 0; waited < firstListMs && read().detection.kind === 'starting'; waited += stepMs) {
    await delay(stepMs, signal);
  }
  const place = placeInContainer(read().remotePorts, host, port);
  if (place === undefined) return request;
  const to = { kind: 'tcp', host: containerAt(place) ?? 'localhost', port: portAt(place) } as const;
  return { ...request, remotePort: place, spec: { ...spec, to } };
}

/**
 * The place that a typed `web:5173` means: the container of that name, else the one that docker or podman call so, else the
 * only one of that service. Undefined if no listed container fits: then the name means a machine.
 */
function placeInContainer(ports: readonly SeenPort[], name: string, port: number): PortPlace | undefined {
  const published = ports.find((each) => each.published?.container === name && each.published.port === port);
  if (published) return published.port;
  const containers = new Map(ports.flatMap(({ container }) => (container ? [[container.name, container]] : [])));
  const all = [...containers.values()];
  const ofService = all.filter(({ service }) => service === name);
  const found =
    containers.get(name) ??
    all.find(({ containerName, id }) => containerName === name || id === name) ??
    (ofService.length === 1 ? ofService[0] : undefined);
  return found && `${found.name}:${port}`;
}
