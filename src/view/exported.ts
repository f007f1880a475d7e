import type { Forward, Host, RemotePort } from '../../api.d.ts';
import { answeringPort, findPort, type ForwardState, type HostState, type SeenPort } from '../core/session/state.ts';
import { containerAt, portAt } from '../core/detect/place.ts';
import { forwardUrl, localAddress, remoteBindText } from './forwardText.ts';
import { problemText } from './problem.ts';
import { processName, programName } from './remotePortText.ts';
import type { Problem } from '../core/problem.ts';

/** A host as scripts and other extensions see it. CAUTION: `api.d.ts` promises these names to them. */
export function exportedHost(host: HostState): Host {
  const { name, source, link, remotePorts, forwards } = host;
  return {
    name,
    isConfigured: source.kind === 'config',
    status: link.kind,
    ...('why' in link && { problem: sentence(link.why) }),
    remotePorts: remotePorts.map(exportedPort),
    forwards: forwards.map((forward) => exportedForward(host, forward)),
  };
}

export function exportedForward(host: HostState, forward: ForwardState): Forward {
  const { id, spec, origin, status, label, remotePort } = forward;
  const isRemote = spec.kind === 'remote' || spec.kind === 'remoteDynamic';
  const why = status.kind === 'failed' ? status.why : status.kind === 'open' ? status.trouble : undefined;
  const isAnswering = status.kind === 'open' || status.kind === 'elsewhere';
  return withoutGaps({
    host: host.name,
    id,
    kind: spec.kind,
    origin,
    status: status.kind,
    problem: why && sentence(why),
    label,
    remotePort: remotePort === undefined ? undefined : portAt(remotePort),
    container: remotePort === undefined ? undefined : containerAt(remotePort),
    localAddress: isRemote ? undefined : localAddress(forward),
    localPort: answeringPort(forward),
    url: isAnswering && mayBePage(host, forward) ? forwardUrl(host, forward) : undefined,
    remoteAddress: isRemote ? remoteBindText(forward) : undefined,
  });
}

/** False once the program has shown that it has no page. */
function mayBePage({ remotePorts }: HostState, { remotePort, protocol }: ForwardState): boolean {
  const program = findPort({ remotePorts }, remotePort)?.program;
  return protocol !== undefined || !program || program.scheme !== undefined || program.isUnasked === true;
}

function exportedPort(seen: SeenPort): RemotePort {
  const { port, addresses, container } = seen;
  return withoutGaps({
    port,
    container: container?.name,
    addresses,
    process: processName(seen),
    program: programName(seen),
  });
}

function sentence(problem: Problem): string {
  const { what, next } = problemText(problem);
  return `${what} ${next}`.trim();
}

type WithoutGaps<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function withoutGaps<T extends object>(all: T): WithoutGaps<T> {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as WithoutGaps<T>;
}
