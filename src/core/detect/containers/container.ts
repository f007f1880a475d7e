import type { ContainerRuntime } from '../cgroup.ts';

/** A container of the remote with its own network. Plain data. */
export interface Container {
  /** The stable name for forwards and rules: `shop/web` for Compose, else the container's name, else its short id. */
  readonly name: string;
  readonly runtime: ContainerRuntime;
  /** The short id, or the name where there is no id. */
  readonly id: string;
  /** The name in docker or podman, if known. */
  readonly containerName?: string;
  readonly image?: string;
  /** `service` and `project` come from Docker Compose. */
  readonly service?: string;
  readonly project?: string;
  /** Addresses at which the host reaches the container, best first. Empty: the host has no route to its network. */
  readonly addresses: readonly string[];
}

/** Why a connection to a container's port is impossible. */
export type ContainerProblem =
  /** The container is not listed, or nothing listens in it. */
  | { readonly code: 'containerGone'; readonly container: string }
  /** The host reaches no address at which the port answers. */
  | {
      readonly code: 'containerUnreachable';
      readonly container: string;
      readonly port: number;
      readonly why: Unreachable;
    }
  /** Its image has no program that relays. */
  | { readonly code: 'containerWithoutRelay'; readonly container: string }
  /** `detail` is the last line of docker or podman. */
  | { readonly code: 'containerRelayFailed'; readonly container: string; readonly detail: string };

/** The server listens on the container's own loopback, or the host has no route to the container's network. */
export type Unreachable = 'ownLoopback' | 'noRoute';

/** A port of the host that leads to a port of a container. */
export interface PublishedPort {
  readonly container: string;
  readonly port: number;
}
