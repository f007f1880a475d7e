import { type AppState, type ForwardState, type HostState, isActive } from '../core/session/state.ts';
import { destinationText, localAddress, remoteBindText } from './forwardText.ts';
import { problemText } from './problem.ts';

/** The status bar item; undefined when there is nothing to say. */
export interface Status {
  readonly text: string;
  readonly tooltip: string;
  readonly look: 'normal' | 'warning';
  /** For screen readers. */
  readonly spoken: string;
}

export function status(state: AppState): Status | undefined {
  const hosts = state.hosts.filter((host) => isActive(host) || host.link.kind === 'failed');
  // Switched off, it stays: nothing else says why the next host forwards nothing.
  if (hosts.length === 0 && state.isForwarding) return undefined;
  const all = hosts.flatMap((host) => host.forwards.map((forward) => ({ host, forward })));
  const up = all.filter(({ forward }) => forward.status.kind === 'open');
  const troubles = [...hosts.flatMap(hostTrouble), ...all.flatMap(forwardTrouble)];
  const where = whereText(hosts);
  const icon = troubles.length > 0 ? 'warning' : state.isForwarding ? 'plug' : 'debug-pause';
  const count = state.isForwarding ? String(up.length) : 'off';
  const action = state.isForwarding
    ? 'Click to switch forwarding off'
    : all.length > 0
      ? 'Forwarding is off. Click to bring the same forwards back'
      : 'Forwarding is off. Click to switch it on';
  return {
    text: [`$(${icon}) ${count}`, where].filter(Boolean).join(' · '),
    tooltip: [
      ...(up.length > 0 ? up.map(addressText) : state.isForwarding ? ['Nothing is forwarded yet'] : []),
      ...troubles,
      action,
    ].join('\n'),
    look: troubles.length > 0 ? 'warning' : 'normal',
    spoken: [
      state.isForwarding
        ? `SSH Ports: ${up.length} forwarded from ${where}.`
        : `SSH Ports: forwarding is off${where && ` for ${where}`}.`,
      ...troubles,
    ].join(' '),
  };
}

/** Those that are connected or mean to be; a host that failed only where there is no other. */
function whereText(hosts: readonly HostState[]): string {
  const active = hosts.filter(isActive);
  const [first, ...others] = active.length > 0 ? active : hosts;
  return first && others.length > 0 ? `${others.length + 1} hosts` : (first?.name ?? '');
}

interface Forwarded {
  readonly host: HostState;
  readonly forward: ForwardState;
}

function addressText({ host, forward }: Forwarded): string {
  const { spec, label, remotePort } = forward;
  const isRemote = spec.kind === 'remote' || spec.kind === 'remoteDynamic';
  if (isRemote) return `${remoteBindText(forward)} on ${host.name} → ${label ?? destinationText(spec)}`;
  return `${label ?? remotePort ?? destinationText(spec)} on ${host.name} → ${localAddress(forward) ?? ''}`;
}

function hostTrouble(host: HostState): string[] {
  if (host.link.kind !== 'waiting' && host.link.kind !== 'failed') return [];
  return [`${host.name}: ${problemText(host.link.why).what}`];
}

function forwardTrouble({ host, forward: { status: now } }: Forwarded): string[] {
  const why = now.kind === 'failed' ? now.why : now.kind === 'open' ? now.trouble : undefined;
  return why ? [`${host.name}: ${problemText(why).what}`] : [];
}
