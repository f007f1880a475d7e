import type { ContainerRuntime } from '../cgroup.ts';

/** A container of the remote, with a network of its own. Plain data. */
export interface Container {
  /** What forwards and rules call it, the same after it was made anew: `shop/web` for Compose, its name, else its short id. */
  readonly name: string;
  readonly runtime: ContainerRuntime;
  /** The short id, or the name where there is no id. */
  readonly id: string;
  /** Its name for docker or podman, if these told it. */
  readonly containerName?: string;
  readonly image?: string;
  /** Of Docker Compose. */
  readonly service?: string;
  readonly project?: string;
  /** The addresses at which the host reaches it, the best first. Empty: the host has no route to its network. */
  readonly addresses: readonly string[];
}

/** A port of the host that leads to a port of a container. */
export interface PublishedPort {
  readonly container: string;
  readonly port: number;
}
