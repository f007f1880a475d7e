import { onAllInterfaces } from '../../spec/bindScope.ts';
import { isLoopback } from '../../spec/loopback.ts';
import type { ForwardSpec } from '../../spec/spec.ts';
import { containerAt, portAt, type PortPlace } from '../../detect/place.ts';
import { type ForwardState, localPort } from '../state.ts';

/** A forward that somebody wants: the user, a rule, or the configuration. */
export interface ForwardRequest {
  readonly spec: ForwardSpec;
  readonly origin: ForwardState['origin'];
  readonly label?: string;
  readonly remotePort?: PortPlace;
  /** The port choice. `exact`: this local port or an error. `near`: another port if need be, and the state says so. */
  readonly localPort: 'exact' | 'near';
  /** The local port that the forward had last. It is tried first. */
  readonly lastPort?: number;
  readonly isPaused?: boolean;
  /** The user opened it to the network. */
  readonly isSharedByHand?: boolean;
  /** A SOCKS proxy that asks for a user name and a password. */
  readonly isProtected?: boolean;
  /** Serves HTTPS as well, before a server that speaks HTTP. */
  readonly isHttps?: boolean;
  /** The scheme that one of the user's rules names. */
  readonly protocol?: 'http' | 'https';
}

/** The request that makes a stopped forward again, at the same local port if it is free. */
export function requestAgain(forward: ForwardState): ForwardRequest {
  const { spec, origin, label, remotePort, isSharedByHand, isProtected, isHttps, protocol, status } = forward;
  const lastPort = localPort(forward);
  return {
    spec,
    origin,
    localPort: 'near',
    ...(label !== undefined && { label }),
    ...(remotePort !== undefined && { remotePort }),
    ...(lastPort !== undefined && { lastPort }),
    ...(status.kind === 'paused' && { isPaused: true }),
    ...(isSharedByHand && { isSharedByHand }),
    ...(isProtected && { isProtected }),
    ...(isHttps && { isHttps }),
    ...(protocol && { protocol }),
  };
}

/** The local forward of a remote port, as the user would type it. The name of a container stands for its address of now. */
export function requestFor(place: PortPlace, origin: ForwardState['origin'], label?: string): ForwardRequest {
  const port = portAt(place);
  const spec: ForwardSpec = {
    kind: 'local',
    bind: { kind: 'tcp', host: undefined, port },
    to: { kind: 'tcp', host: containerAt(place) ?? 'localhost', port },
  };
  return { spec, origin, remotePort: place, localPort: 'near', ...(label !== undefined && { label }) };
}

/** A SOCKS proxy at a port that the system chooses. It belongs to one browser, so it is not remembered. */
export const browserProxy: ForwardRequest = {
  spec: { kind: 'dynamic', bind: { kind: 'tcp', host: undefined, port: 0 } },
  origin: 'auto',
  label: 'Browser',
  localPort: 'near',
};

/** A forward that the user typed. A lone port may get another local port; a local port that the user named may not. */
export function typedRequest(
  spec: ForwardSpec,
  place: PortPlace | undefined = servedPort(spec).remotePort,
): ForwardRequest {
  const port = place === undefined ? kubectlPort(spec) : portAt(place);
  const isSamePort = spec.bind.kind === 'tcp' && spec.bind.port === port;
  const served = place === undefined ? {} : { remotePort: place };
  return { spec, origin: 'user', localPort: isSamePort ? 'near' : 'exact', ...served };
}

function kubectlPort(spec: ForwardSpec): number | undefined {
  return spec.kind === 'local' && spec.kubectl && spec.to.kind === 'tcp' ? spec.to.port : undefined;
}

/** The remote port that a local forward leads to, if its destination is the remote itself. */
export function servedPort(spec: ForwardSpec): { readonly remotePort?: number } {
  const isServed = spec.kind === 'local' && spec.to.kind === 'tcp' && isLoopback(spec.to.host);
  return isServed && spec.to.kind === 'tcp' ? { remotePort: spec.to.port } : {};
}

/** The specification to open: on all interfaces if the user shares the forward. */
export function effectiveSpec({ spec, isSharedByHand }: ForwardRequest): ForwardSpec {
  return isSharedByHand ? onAllInterfaces(spec) : spec;
}
