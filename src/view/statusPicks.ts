import { type AppState, findPort, type ForwardState, type HostState } from '../core/session/state.ts';
import { canCopy, canOpen, isOnNetwork } from './forwardActions.ts';
import { destinationText, localAddress, remoteBindText } from './forwardText.ts';
import { problemText } from './problem.ts';
import { programBehind } from './remotePortText.ts';
import type { Target } from './row.ts';

/** A command, and the row that it acts on. */
export interface StatusAction {
  /** Without `sshPorts.` in front. */
  readonly command: string;
  readonly target?: Target;
}

/** A row of the quick pick behind the status bar item. */
export interface StatusPick {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly action: StatusAction;
  readonly buttons: readonly (StatusAction & { readonly icon: string; readonly tooltip: string })[];
}

/** A group of rows. */
export interface StatusSection {
  readonly title: string;
  readonly picks: readonly StatusPick[];
}

/** The switch comes first, so that two keys turn forwarding off or on. */
export function statusPicks(state: AppState, previousHosts: readonly string[]): readonly StatusSection[] {
  const sections = [
    { title: '', picks: [theSwitch(state), ...reconnect(previousHosts)] },
    { title: 'problems', picks: state.hosts.flatMap(problems) },
    { title: 'addresses', picks: state.hosts.flatMap((host) => host.forwards.flatMap((each) => address(host, each))) },
  ];
  return sections.filter(({ picks }) => picks.length > 0);
}

function theSwitch({ isForwarding, hosts }: AppState): StatusPick {
  const count = hosts.reduce((sum, { forwards }) => sum + forwards.length, 0);
  const ports = count === 0 ? '' : count === 1 ? '1 port' : `${count} ports`;
  const action = { command: 'toggleForwarding' };
  return isForwarding
    ? { label: 'Switch Off', description: ports && `stops ${ports}`, icon: 'debug-pause', action, buttons: [] }
    : { label: 'Switch On', description: ports && `brings ${ports} back`, icon: 'debug-start', action, buttons: [] };
}

function reconnect(hosts: readonly string[]): readonly StatusPick[] {
  if (hosts.length === 0) return [];
  const action = { command: 'reconnect' };
  return [{ label: 'Reconnect', description: hosts.join(', '), icon: 'history', action, buttons: [] }];
}

function problems(host: HostState): readonly StatusPick[] {
  const target = { kind: 'host', host: host.name } as const;
  const { link } = host;
  const away = link.kind === 'failed' || link.kind === 'waiting' ? link.why : undefined;
  const ofHost: StatusPick | undefined = away && {
    label: `${host.name}: ${problemText(away).brief}`,
    description: link.kind === 'failed' ? 'try again' : 'retry now',
    icon: link.kind === 'failed' ? 'error' : 'sync',
    action: link.kind === 'failed' ? { command: 'connect', target } : { command: 'refresh' },
    buttons: [
      { command: 'openConfig', target, icon: 'go-to-file', tooltip: 'Open SSH Configuration' },
      { command: 'disconnect', target, icon: 'close', tooltip: link.kind === 'failed' ? 'Dismiss' : 'Disconnect' },
    ],
  };
  return [...(ofHost ? [ofHost] : []), ...host.forwards.flatMap((forward) => forwardProblem(host, forward))];
}

function forwardProblem(host: HostState, forward: ForwardState): readonly StatusPick[] {
  const { id, status } = forward;
  const target = { kind: 'forward', host: host.name, id } as const;
  const path = { command: 'showPath', target } as const;
  const why = status.kind === 'failed' ? status.why : status.kind === 'open' ? status.trouble : undefined;
  if (!why) return [];
  return [
    {
      label: `${name(host, forward)} on ${host.name}: ${problemText(why).brief}`,
      description: status.kind === 'failed' ? 'try again' : 'show path',
      icon: status.kind === 'failed' ? 'error' : 'warning',
      action: status.kind === 'failed' ? { command: 'resumeForward', target } : path,
      buttons: [{ ...path, icon: 'type-hierarchy', tooltip: 'Show Path' }],
    },
  ];
}

function address(host: HostState, forward: ForwardState): readonly StatusPick[] {
  const { spec, status } = forward;
  if (status.kind !== 'open' && status.kind !== 'elsewhere') return [];
  const isRemote = spec.kind === 'remote' || spec.kind === 'remoteDynamic';
  const where = isRemote ? `${remoteBindText(forward)} on ${host.name}` : (localAddress(forward) ?? '');
  const target = { kind: 'forward', host: host.name, id: forward.id } as const;
  const open = { command: 'openInBrowser', target };
  const copy = { command: 'copyAddress', target };
  const path = { command: 'showPath', target };
  const [opens, copies] = [canOpen(host, forward), canCopy(host, forward)];
  return [
    {
      label: where,
      description: [name(host, forward), !isRemote && host.name, isOnNetwork(forward) && 'shared']
        .filter(Boolean)
        .join(' · '),
      icon: opens ? 'globe' : isRemote ? 'export' : 'plug',
      action: opens ? open : copies ? copy : path,
      buttons: [
        ...(opens ? [{ ...open, icon: 'globe', tooltip: 'Open in Browser' }] : []),
        ...(copies ? [{ ...copy, icon: 'copy', tooltip: 'Copy Local Address' }] : []),
        ...(isOnNetwork(forward)
          ? [{ command: 'copyNetworkAddress', target, icon: 'broadcast', tooltip: 'Copy Network Address' }]
          : []),
      ],
    },
  ];
}

function name(host: HostState, forward: ForwardState): string {
  const { label, remotePort, spec } = forward;
  const seen = findPort(host, remotePort);
  const program = label ?? programBehind(forward, seen);
  return [remotePort ?? (program === undefined ? destinationText(spec) : undefined), program]
    .filter((part) => part !== undefined)
    .join(' ');
}
