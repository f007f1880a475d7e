import { delay } from '../../../base/delay.ts';
import { UserError } from '../../../base/userError.ts';
import type { ContainerProblem } from '../../detect/containers/container.ts';
import { relayCommand } from '../../detect/containers/relayCommand.ts';
import { containerAddresses } from '../../detect/dialAddress.ts';
import { containerAt, portAt, type PortPlace } from '../../detect/place.ts';
import type { Endpoint, ForwardSpec } from '../../spec/spec.ts';
import type { ForwardState, HostState, SeenPort } from '../state.ts';

type TcpEndpoint = Extract<Endpoint, { readonly kind: 'tcp' }>;

/** How to reach a port of a container: its present addresses, best first, or a command that relays one connection. */
export type ContainerWay =
  | { readonly kind: 'ends'; readonly ends: readonly TcpEndpoint[] }
  | { readonly kind: 'relay'; readonly command: string };

/**
 * Finds out how to reach a port of a container now. A recreated container has another address, so this waits a while for
 * a container that is not listed.
 *
 * @throws UserError<ContainerProblem>, or the signal's reason
 */
export type ReachContainer = (place: PortPlace, signal: AbortSignal) => Promise<ContainerWay>;

export interface ContainerReachOptions {
  readonly read: () => HostState;
  /** Polls the remote now. */
  readonly refresh: () => void;
}

const waitMs = 15_000;
const stepMs = 100;

export function containerReach({ read, refresh }: ContainerReachOptions): ReachContainer {
  return async (place, signal) => {
    for (let waited = 0; ; waited += stepMs) {
      const found = containerEnds(read().remotePorts, place);
      if (found.kind !== 'problem') return found;
      if (found.problem.code !== 'containerGone' || waited >= waitMs)
        throw new UserError<ContainerProblem>(found.problem);
      if (waited === 0) refresh();
      await delay(stepMs, signal);
    }
  };
}

type Found = ContainerWay | { readonly kind: 'problem'; readonly problem: ContainerProblem };

/** How to reach a place in a container, according to the listed ports. */
function containerEnds(ports: readonly SeenPort[], place: PortPlace): Found {
  const [container = '', port] = [containerAt(place), portAt(place)];
  const published = ports.find((each) => each.published?.container === container && each.published.port === port);
  if (published) return { kind: 'ends', ends: [{ kind: 'tcp', host: 'localhost', port: published.port }] };
  const inside = ports.filter((each) => each.container?.name === container);
  const seen = inside.find((each) => each.port === port);
  const command = seen && relayCommand(seen);
  if (command !== undefined) return { kind: 'relay', command };
  if (seen?.unreachable)
    return { kind: 'problem', problem: { code: 'containerUnreachable', container, port, why: seen.unreachable } };
  // The listing may be a moment old, so an unlisted port is tried: the container's answer counts.
  const hosts = seen ? containerAddresses(seen) : (inside[0]?.container?.addresses ?? []);
  if (hosts.length === 0) return { kind: 'problem', problem: { code: 'containerGone', container } };
  return { kind: 'ends', ends: hosts.map((host) => ({ kind: 'tcp', host, port })) };
}

/** A specification for programs that know no places, such as ssh: with the container's present address, if it has one. */
export function withAddressOfNow(
  { spec, remotePort }: Pick<ForwardState, 'spec' | 'remotePort'>,
  ports: readonly SeenPort[],
): ForwardSpec {
  if (typeof remotePort !== 'string' || spec.kind !== 'local') return spec;
  const found = containerEnds(ports, remotePort);
  const to = found.kind === 'ends' ? found.ends[0] : undefined;
  return to ? { ...spec, to } : spec;
}
