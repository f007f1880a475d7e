import type { Detection, RemotePort } from '../detect/remotePort.ts';
import type { Program } from '../detect/identify/program.ts';
import type { BoundAddress, Traffic } from '../forward/runningForward.ts';
import type { ForwardSpec } from '../spec/spec.ts';
import type { Problem } from '../problem.ts';
import type { ConnectionFacts } from '../ssh/connection.ts';

/** All that people see, as plain data: it survives `structuredClone`. Only `core/session` writes it. Times are epoch ms. */
export interface AppState {
  readonly hosts: readonly HostState[];
  readonly configProblems: readonly Problem[];
  /** The status bar's switch: false stops every listener and connection, true brings the same ones back. */
  readonly isForwarding: boolean;
}

export interface HostState {
  /** As the user types it after `ssh`. Unique. */
  readonly name: string;
  readonly source: HostSource;
  readonly link: LinkState;
  readonly detection: Detection;
  readonly remotePorts: readonly SeenPort[];
  readonly forwards: readonly ForwardState[];
  /** Where a service that this host is makes its -R forwards public, as it printed. */
  readonly publicUrl?: string;
}

export type HostSource =
  | { readonly kind: 'config'; readonly file: string; readonly line: number }
  /** Typed by the user, no alias of the configuration. */
  | { readonly kind: 'typed' };

export type LinkState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly since: number }
  | { readonly kind: 'online'; readonly since: number; readonly facts: ConnectionFacts }
  /** Lost, and tried again by itself. */
  | { readonly kind: 'waiting'; readonly retryAt: number; readonly why: Problem }
  /** Not tried again before the user acts. */
  | { readonly kind: 'failed'; readonly why: Problem };

/** A remote port, and what is known of the program behind it. */
export interface SeenPort extends RemotePort {
  /** Absent until it was asked. */
  readonly program?: Program;
  readonly seenAt: number;
  /** It listened already when the watch began. */
  readonly wasThere: boolean;
}

export interface ForwardState {
  /** Unique within the host and stable while the forward lives. */
  readonly id: string;
  /** What was asked for. */
  readonly spec: ForwardSpec;
  /** Opened to the network by hand, for a while. */
  readonly isSharedByHand?: true;
  /** A SOCKS proxy that asks for a user name and a password. */
  readonly isProtected?: true;
  /** The scheme that a rule of the user's wants in its address. */
  readonly protocol?: 'http' | 'https';
  readonly origin: 'user' | 'auto' | 'config';
  readonly label?: string;
  /** The port of the remote that it serves, where it serves one. */
  readonly remotePort?: number;
  readonly status: ForwardStatus;
}

export type ForwardStatus =
  | { readonly kind: 'opening' }
  | {
      readonly kind: 'open';
      readonly bound: readonly BoundAddress[];
      readonly traffic: Traffic;
      /** The local port that was wanted and not to be had; `why` names its owner. */
      readonly instead?: { readonly port: number; readonly why: Problem };
      /** Why the latest connection failed, until one succeeds. */
      readonly trouble?: Problem;
      /** It is open to more than this machine, for so many minutes; 'forever' when the user wants no end. */
      readonly sharedFor?: number | 'forever';
    }
  /** Stopped by the switch; comes back with it. */
  | { readonly kind: 'off' }
  /** Stopped by the user, to be resumed. */
  | { readonly kind: 'paused' }
  /** It was open to more than this machine, and its time is over. */
  | { readonly kind: 'expired' }
  /** An auto-forward whose server has gone; takes the same local port when it returns. `server`: what it was. */
  | { readonly kind: 'dormant'; readonly localPort?: number; readonly server?: Program }
  /** Another window has the same forward, at this local port if it is one of this machine; it is taken over when that window ends it. */
  | { readonly kind: 'elsewhere'; readonly localPort?: number }
  | { readonly kind: 'failed'; readonly why: Problem };

/** One host's part of the state. */
export interface HostAccess {
  readonly read: () => HostState;
  readonly write: (change: (host: HostState) => HostState) => void;
}

export const emptyState: AppState = { hosts: [], configProblems: [], isForwarding: true };

export function newHost(name: string, source: HostSource): HostState {
  return { name, source, link: { kind: 'idle' }, detection: { kind: 'off' }, remotePorts: [], forwards: [] };
}

export function findHost(state: AppState, name: string): HostState | undefined {
  return state.hosts.find((host) => host.name === name);
}

/** The local TCP port at which a forward answers, if it does. */
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

/** The port of the remote at which a -R forward answers, be it another window's. */
export function remoteEnd({ spec, status }: ForwardState): number | undefined {
  if (spec.kind !== 'remote' && spec.kind !== 'remoteDynamic') return undefined;
  if (status.kind === 'elsewhere') return spec.bind.kind === 'tcp' ? spec.bind.port : undefined;
  if (status.kind !== 'open') return undefined;
  return status.bound.find((bound) => bound.kind === 'tcp')?.port;
}

/** The ports of the remote that a forward serves, or at which one answers itself: nothing is left to do with these. */
export function servedPorts({ forwards }: HostState): ReadonlySet<number | undefined> {
  return new Set(forwards.flatMap((forward) => [forward.remotePort, remoteEnd(forward)]));
}

/** A host that is connected or means to be. */
export function isActive(host: HostState): boolean {
  return host.link.kind === 'online' || host.link.kind === 'connecting' || host.link.kind === 'waiting';
}
