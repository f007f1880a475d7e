import type { RemotePort } from './remotePort.ts';

/**
 * Where a program of the remote listens: a port of the host itself, or `NAME:PORT` in a container. A place stays the same
 * when the program or the container starts anew. CAUTION: places are stored on users' disks.
 */
export type PortPlace = number | `${string}:${number}`;

export function placeOf({ port, container }: Pick<RemotePort, 'port' | 'container'>): PortPlace {
  return container ? `${container.name}:${port}` : port;
}

/** The number of the port at a place. */
export function portAt(place: PortPlace): number {
  return typeof place === 'number' ? place : Number(place.slice(place.lastIndexOf(':') + 1));
}

/** The name of the container at a place; undefined for the host itself. */
export function containerAt(place: PortPlace): string | undefined {
  return typeof place === 'number' ? undefined : place.slice(0, place.lastIndexOf(':'));
}
