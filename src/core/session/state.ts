import { memo } from '../../base/memo.ts';
import { placeOf, type PortPlace } from '../detect/place.ts';
import type { Detection, RemotePort } from '../detect/remotePort.ts';
import type { Program } from '../detect/identify/program.ts';
import type { BoundAddress, Traffic } from '../forward/runningForward.ts';
import type { ForwardSpec } from '../spec/spec.ts';
import type { Problem } from '../problem.ts';
import type { ConnectionFacts } from '../ssh/connection.ts';

/** All that people see, as plain data (it survives `structuredClone`). Only `core/session` writes it. Times are epoch ms. */
export interface AppState {
  readonly hosts: readonly HostState[];
  readonly configProblems: readonly Problem[];
  /** The status bar's switch: false stops every listener and connection; true brings the same ones back. */
  readonly isForwarding: boolean;
  /** Hosts that this window is connected to, or was before it was reloaded. */
  readonly windowHosts: readonly string[];
}

export interface HostState {
  /** As the user types it after `ssh`. Unique. */
  readonly name: string;
  readonly source: HostSource;
  readonly link: LinkState;
  readonly detection: Detection;
  readonly remotePorts: readonly SeenPort[];
  /** How many remote ports there are beyond `remotePorts`. */
  readonly morePorts?: number;
  readonly forwards: readonly ForwardState[];
  /** Remote ports of forwards at which no socket was ever listed. The remote's firewall may lead them to a container. */
  readonly unlistedPorts?: readonly PortPlace[];
  /** No further port is forwarded automatically: there are as many as a host may have. */
  readonly isAutoForwardFull?: true;
  /** The public address that a forwarding service has printed for its -R forward. */
  readonly publicUrl?: string;
}

export type HostSource =
  | { readonly kind: 'config'; readonly file: string; readonly line: number }
  /** Typed by the user; not in the configuration. */
  | { readonly kind: 'typed' };

export type LinkState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly since: number }
  /** `silentForMs`: the server has given no sign of life for so long. What is open waits, as with ssh(1). */
  | { readonly kind: 'online'; readonly since: number; readonly facts: ConnectionFacts; readonly silentForMs?: number }
  /** The connection was lost; the next attempt is at `retryAt`. */
  | { readonly kind: 'waiting'; readonly retryAt: number; readonly why: Problem }
  /** Not retried before the user acts. */
  | { readonly kind: 'failed'; readonly why: Problem };

/** A remote port, and what is known of the program behind it. */
export interface SeenPort extends RemotePort {
  /** Absent until the program was asked. */
  readonly program?: Program;
  readonly seenAt: number;
  /** The port was open when the watch began. */
  readonly wasThere: boolean;
}

export interface ForwardState {
  /** Unique within the host and stable while the forward lives. */
  readonly id: string;
  /** As requested. */
  readonly spec: ForwardSpec;
  /** The user opened it to the network, for a while. */
  readonly isSharedByHand?: true;
  /** A SOCKS proxy that asks for a user name and a password. */
  readonly isProtected?: true;
  /** Its address is https. Its port answers http too. */
  readonly isHttps?: true;
  /** The scheme of its address that one of the user's rules names. */
  readonly protocol?: 'http' | 'https';
  readonly origin: 'user' | 'auto' | 'config';
  readonly label?: string;
  /** The remote port that it leads to. Absent if it leads elsewhere. */
  readonly remotePort?: PortPlace;
  readonly status: ForwardStatus;
}

export type ForwardStatus =
  | { readonly kind: 'opening' }
  | {
      readonly kind: 'open';
      readonly bound: readonly BoundAddress[];
      readonly traffic: Traffic;
      /** The local port that was wanted but is taken; `why` names its owner. */
      readonly instead?: { readonly port: number; readonly why: Problem };
      /** Why the latest connection failed, until one succeeds. */
      readonly trouble?: Problem;
      /** Other machines reach it, for so many minutes; 'forever' when the user wants no end. */
      readonly sharedFor?: number | 'forever';
    }
  /** Stopped by the switch, which brings it back. */
  | { readonly kind: 'off' }
  /** Stopped by the user, who can resume it. */
  | { readonly kind: 'paused' }
  /** Other machines reached it, and its time is over. */
  | { readonly kind: 'expired' }
  /** An auto-forward whose program has gone. It takes the same local port when the program returns. */
  | { readonly kind: 'dormant'; readonly localPort?: number; readonly server?: Program }
  /** Another window has the same forward. This window takes it over when that one ends it. `localPort`: absent for -R. */
  | { readonly kind: 'elsewhere'; readonly localPort?: number }
  | { readonly kind: 'failed'; readonly why: Problem };

/** One host's part of the state. */
export interface HostAccess {
  readonly read: () => HostState;
  readonly write: (change: (host: HostState) => HostState) => void;
}

export const emptyState: AppState = { hosts: [], configProblems: [], isForwarding: true, windowHosts: [] };

export function newHost(name: string, source: HostSource): HostState {
  return { name, source, link: { kind: 'idle' }, detection: { kind: 'off' }, remotePorts: [], forwards: [] };
}

export function findHost(state: AppState, name: string): HostState | undefined {
  return state.hosts.find((host) => host.name === name);
}

/** The remote port at a place, if the watch has seen it. */
export function findPort(
  { remotePorts }: Pick<HostState, 'remotePorts'>,
  place: PortPlace | undefined,
): SeenPort | undefined {
  return place === undefined ? undefined : byPlace(remotePorts).get(place);
}

const byPlace = memo((ports: readonly SeenPort[]) => new Map(ports.map((seen) => [placeOf(seen), seen])));

/** The local TCP port of an open forward; undefined for -R, a Unix socket or a forward that is not open. */
export function localPort(forward: ForwardState): number | undefined {
  if (forward.status.kind !== 'open' || forward.spec.kind === 'remote' || forward.spec.kind === 'remoteDynamic') {
    return undefined;
  }
  const tcp = forward.status.bound.find((bound) => bound.kind === 'tcp');
  return tcp?.port;
}

/** The local TCP port at which a forward answers, also when another window has the forward. */
export function answeringPort(forward: ForwardState): number | undefined {
  return forward.status.kind === 'elsewhere' ? forward.status.localPort : localPort(forward);
}

/** The port of the remote at which a -R forward listens, of this window or another. */
export function remoteEnd({ spec, status }: ForwardState): number | undefined {
  if (spec.kind !== 'remote' && spec.kind !== 'remoteDynamic') return undefined;
  if (status.kind === 'elsewhere') return spec.bind.kind === 'tcp' ? spec.bind.port : undefined;
  if (status.kind !== 'open') return undefined;
  return status.bound.find((bound) => bound.kind === 'tcp')?.port;
}

/** The remote ports that a forward leads to, and those at which a -R forward listens. None needs another forward. */
export function servedPorts({ forwards }: HostState): ReadonlySet<PortPlace | undefined> {
  return served(forwards);
}

const served = memo(
  (forwards: readonly ForwardState[]): ReadonlySet<PortPlace | undefined> =>
    new Set(forwards.flatMap((forward) => [forward.remotePort, remoteEnd(forward)])),
);

/** Hosts that the window was connected to before it was reloaded, and that nobody has tried since. */
export function previousHosts(state: AppState): readonly string[] {
  return state.windowHosts.filter((name) => (findHost(state, name)?.link.kind ?? 'idle') === 'idle');
}

/** Whether a host is connected or connecting. */
export function isActive(host: HostState): boolean {
  return host.link.kind === 'online' || host.link.kind === 'connecting' || host.link.kind === 'waiting';
}
