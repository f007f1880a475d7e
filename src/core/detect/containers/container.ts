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

/** Why a connection to a port of a container is not possible. */
export type ContainerProblem =
  /** No such container is listed, or nothing listens in it. */
  | { readonly code: 'containerGone'; readonly container: string }
  /** The host reaches no address at which the port answers. */
  | {
      readonly code: 'containerUnreachable';
      readonly container: string;
      readonly port: number;
      readonly why: Unreachable;
    };

/** The server listens on the container's own loopback, or the host has no route to the container's network. */
export type Unreachable = 'ownLoopback' | 'noRoute';

/** A port of the host that leads to a port of a container. */
export interface PublishedPort {
  readonly container: string;
  readonly port: number;
}
