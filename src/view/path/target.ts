import type { Program } from '../../core/detect/identify/program.ts';
import type { Endpoint } from '../../core/spec/spec.ts';
import { placeOf } from '../../core/detect/place.ts';
import { isLoopback } from '../../core/spec/loopback.ts';
import { findPort, type HostState, type SeenPort, servedPorts } from '../../core/session/state.ts';
import { processName, programName } from '../remotePortText.ts';
import { endpoint } from '../address.ts';
import { containerHops } from './container.ts';
import {
  type Action,
  checkAgain,
  fault,
  hasWorked,
  here,
  type Hop,
  isCheckable,
  type PathFacts,
  troubleOf,
} from './hop.ts';

/** The last hops: the server that connections reach, after its container if it is in one. */
export function targetHops(path: PathFacts): readonly Hop[] {
  const { remotePort } = path.forward;
  return typeof remotePort === 'string' ? containerHops(path, remotePort) : [targetHop(path)];
}

function targetHop(path: PathFacts): Hop {
  const { host, forward } = path;
  const { spec } = forward;
  switch (spec.kind) {
    case 'local':
      return isOnHost(spec.to) ? serverOnHost(path, spec.to) : elsewhere(path, spec.to, host.name);
    case 'dynamic':
      return anywhere(path, host.name);
    case 'remote':
      return elsewhere(path, spec.to, here);
    case 'remoteDynamic':
      return anywhere(path, here);
  }
}

type TcpEndpoint = Extract<Endpoint, { readonly kind: 'tcp' }>;

function isOnHost(to: Endpoint): to is TcpEndpoint {
  return to.kind === 'tcp' && isLoopback(to.host);
}

/** A server on the host itself: the remote ports show whether it listens. */
function serverOnHost(path: PathFacts, to: TcpEndpoint): Hop {
  const { host, forward } = path;
  if (host.link.kind !== 'online' || host.detection.kind !== 'watching') return elsewhere(path, to, host.name);
  const samePort = findPort(host, to.port);
  const isThere = samePort !== undefined && answersAt(samePort, to.host);
  const base = { kind: 'target', place: host.name, title: title(isThere ? samePort : undefined) } as const;
  if (isThere) return { ...base, facts: serverFacts(samePort, to), state: 'ok', actions: [] };
  // A port needs no socket: a rule of the remote's firewall may lead it to a container. The latest connection knows.
  if (hasWorked(forward) && host.unlistedPorts?.includes(to.port))
    return { ...base, facts: [endpoint(to)], state: 'ok', actions: [] };
  const instead = samePort ?? likelyServer(host, to.port);
  const name = instead && programName(instead);
  const but = instead && (samePort ? endpoint({ ...to, host: samePort.addresses[0] ?? '' }) : instead.port);
  const what = `Nothing listens on ${endpoint(to)} at ${host.name}${instead ? `, but ${but}${name ? ` (${name})` : ''} does` : ''}.`;
  const next = 'Start the server there. The forward then works without another step.';
  const port = instead?.port;
  const canMove = forward.status.kind !== 'dormant' && port !== undefined;
  const actions: readonly Action[] = canMove ? [{ id: `forwardOther:${port}`, label: `Forward ${but} Instead` }] : [];
  return { ...base, facts: [endpoint(to)], state: 'broken', fault: { code: 'nothingListens', what, next }, actions };
}

/** Guesses the port that the user meant: the latest dev server, else an unknown program at a port close by. */
function likelyServer(host: HostState, port: number): SeenPort | undefined {
  const served = servedPorts(host);
  const distance = (seen: SeenPort): number => Math.abs(seen.port - port);
  const role = ({ program }: SeenPort): number => roles.indexOf(program?.role ?? 'unknown');
  const startedAt = ({ wasThere, seenAt }: SeenPort): number => (wasThere ? 0 : seenAt);
  return host.remotePorts
    .filter((each) => !each.container && !served.has(placeOf(each)) && each.owner !== 'root')
    .filter((seen) => role(seen) === 0 || role(seen) === 1 || (role(seen) === 2 && distance(seen) <= 10))
    .toSorted((a, b) => role(a) - role(b) || startedAt(b) - startedAt(a) || distance(a) - distance(b))[0];
}

const roles: readonly Program['role'][] = ['devServer', 'web', 'unknown'];

/** Whether a connection at the remote to the address `to` reaches the port. `localhost` reaches both IP families. */
function answersAt({ addresses }: SeenPort, to: string): boolean {
  if (to === 'localhost') return true;
  if (addresses.includes('::')) return true;
  return addresses.includes(to) || (!to.includes(':') && addresses.includes('0.0.0.0'));
}

/** A third host, a Unix socket or this machine: only the latest connection shows its state. */
function elsewhere(path: PathFacts, to: Endpoint, from: string): Hop {
  const isHere = to.kind === 'unix' || isLoopback(to.host);
  const seenFrom = isHere ? [] : [`reached from ${from === here ? 'this machine' : from}`];
  const place = isHere ? from : to.host;
  const { spec } = path.forward;
  const byKubectl = spec.kind === 'local' && spec.kubectl ? ['by kubectl port-forward'] : [];
  return { kind: 'target', title: 'Server', place, facts: [endpoint(to), ...seenFrom, ...byKubectl], ...latest(path) };
}

function anywhere(path: PathFacts, from: string): Hop {
  const facts = [`any address that the program asks for, reached from ${from === here ? 'this machine' : from}`];
  return { kind: 'target', title: 'Any server', place: 'Anywhere', facts, ...latest(path) };
}

/** The state that the latest connection found. */
function latest(path: PathFacts): Pick<Hop, 'state' | 'actions' | 'fault'> {
  const trouble = troubleOf(path.forward);
  const isAboutTarget = [
    'connectFailed',
    'kubectlFailed',
    'kubectlMissing',
    'localConnectFailed',
    'unexpected',
  ].includes(trouble?.code ?? '');
  if (trouble && isAboutTarget) {
    return { state: 'broken', fault: fault(trouble), actions: isCheckable(path) ? [checkAgain] : [] };
  }
  return { state: hasWorked(path.forward) ? 'ok' : 'unknown', actions: [] };
}

function title(seen: SeenPort | undefined): string {
  return (seen && programName(seen)) ?? 'Server';
}

function serverFacts(seen: SeenPort, to: TcpEndpoint): readonly string[] {
  const { process } = seen;
  const name = processName(seen);
  return [
    endpoint(to),
    ...(process ? [`${name ?? process.name}, pid ${process.pid}`] : []),
    ...(process?.workingDirectory ? [process.workingDirectory] : []),
    ...(process?.container ? [`in the container ${process.container}`] : []),
  ];
}
