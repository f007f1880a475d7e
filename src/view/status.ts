import { type AppState, type ForwardState, type HostState, isActive } from '../core/session/state.ts';
import { commandLink, plain } from './markdown.ts';
import { problemText } from './problem.ts';
import { statusHover } from './statusHover.ts';

/** The item in the status bar. */
export interface Status {
  readonly text: string;
  /** Markdown, with links to commands of ours. */
  readonly hover: string;
  readonly look: 'normal' | 'warning';
  /** For screen readers. */
  readonly spoken: string;
}

/** What the item depends on besides the state. */
export interface StatusOptions {
  /** What a click does. */
  readonly click: 'menu' | 'toggle';
  /** Troubles that the user has seen: they give no warning colour any more. */
  readonly seen: readonly string[];
  /** Hosts that the window was connected to before it was reloaded. */
  readonly previousHosts: readonly string[];
}

/** Undefined when there is nothing to say. */
export function status(
  state: AppState,
  { click, seen, previousHosts }: StatusOptions = { click: 'menu', seen: [], previousHosts: [] },
): Status | undefined {
  const hosts = state.hosts.filter((host) => isActive(host) || host.link.kind === 'failed');
  // While forwarding is off, only this item explains why the next host forwards nothing.
  if (hosts.length === 0 && state.isForwarding) return previousHosts.length > 0 ? away(previousHosts) : undefined;
  const up = hosts.flatMap((host) => host.forwards.filter(({ status: { kind } }) => kind === 'open'));
  const found = troubles(state);
  const where = whereText(hosts);
  const icon = found.length > 0 ? 'warning' : state.isForwarding ? 'plug' : 'debug-pause';
  const count = state.isForwarding ? String(up.length) : 'off';
  return {
    text: [`$(${icon}) ${count}`, where].filter(Boolean).join(' · '),
    hover: statusHover(state, [
      ...(state.isForwarding ? [] : ['Forwarding is off.']),
      ...found,
      click === 'toggle'
        ? `Click to switch forwarding ${state.isForwarding ? 'off' : 'on'}.`
        : 'Click for all addresses.',
    ]),
    look: found.some((trouble) => !seen.includes(trouble)) ? 'warning' : 'normal',
    spoken: [
      state.isForwarding
        ? `SSH Ports: ${up.length} forwarded from ${where}.`
        : `SSH Ports: forwarding is off${where && ` for ${where}`}.`,
      ...found,
    ].join(' '),
  };
}

/** What is wrong with hosts and forwards, one sentence each. */
export function troubles({ hosts }: AppState): readonly string[] {
  return hosts.flatMap((host) => [
    ...hostTrouble(host),
    ...host.forwards.flatMap((each) => forwardTrouble(host, each)),
  ]);
}

function away(hosts: readonly string[]): Status {
  const what = `${hosts.join(', ')}: connected before this window was reloaded`;
  return {
    text: `$(history) ${hosts.length > 1 ? `${hosts.length} hosts` : hosts.join('')}`,
    hover: [plain(`${what}.`), commandLink('$(history) Reconnect', 'reconnect', 'Reconnect')].join('\n\n'),
    look: 'normal',
    spoken: `SSH Ports: ${what}.`,
  };
}

/** Connected hosts and hosts that connect. A failed host counts only where there is no other. */
function whereText(hosts: readonly HostState[]): string {
  const active = hosts.filter(isActive);
  const [first, ...others] = active.length > 0 ? active : hosts;
  return first && others.length > 0 ? `${others.length + 1} hosts` : (first?.name ?? '');
}

function hostTrouble(host: HostState): readonly string[] {
  if (host.link.kind !== 'waiting' && host.link.kind !== 'failed') return [];
  return [`${host.name}: ${problemText(host.link.why).what}`];
}

function forwardTrouble(host: HostState, { status: now }: ForwardState): readonly string[] {
  const why = now.kind === 'failed' ? now.why : now.kind === 'open' ? now.trouble : undefined;
  return why ? [`${host.name}: ${problemText(why).what}`] : [];
}
