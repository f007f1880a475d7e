import { type AppState, type ForwardState, type HostState, isActive } from '../core/session/state.ts';
import { destinationText, localAddress } from './forwardText.ts';
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
  if (hosts.length === 0) return undefined;
  const all = hosts.flatMap((host) => host.forwards.map((forward) => ({ host, forward })));
  const up = all.filter(({ forward }) => forward.status.kind === 'listening');
  const troubles = [...hosts.flatMap(hostTrouble), ...all.flatMap(({ forward }) => forwardTrouble(forward))];
  const [first] = hosts;
  const where = hosts.length === 1 && first ? first.name : `${hosts.length} hosts`;
  const icon = troubles.length > 0 ? 'warning' : state.isForwarding ? 'plug' : 'debug-pause';
  const count = state.isForwarding ? String(up.length) : 'off';
  const addresses = up.map(
    ({ host, forward }) =>
      `${forward.label ?? forward.remotePort ?? destinationText(forward.spec)} on ${host.name} → ${localAddress(forward) ?? 'the remote'}`,
  );
  const action = state.isForwarding
    ? 'Click to switch forwarding off'
    : 'Forwarding is off. Click to bring the same forwards back';
  return {
    text: `$(${icon}) ${count} · ${where}`,
    tooltip: [
      ...(addresses.length > 0 ? addresses : state.isForwarding ? ['Nothing is forwarded yet'] : []),
      ...troubles,
      action,
    ].join('\n'),
    look: troubles.length > 0 ? 'warning' : 'normal',
    spoken: state.isForwarding
      ? `SSH Ports: ${up.length} forwarded from ${where}`
      : `SSH Ports: forwarding is off for ${where}`,
  };
}

function hostTrouble(host: HostState): string[] {
  if (host.link.kind !== 'waiting' && host.link.kind !== 'failed') return [];
  return [`${host.name}: ${problemText(host.link.why).what}`];
}

function forwardTrouble({ status: now }: ForwardState): string[] {
  if (now.kind === 'failed') return [problemText(now.why).what];
  return now.kind === 'listening' && now.trouble ? [problemText(now.trouble).what] : [];
}
