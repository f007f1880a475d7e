import { remoteScope } from '../core/spec/bindScope.ts';
import {
  findPort,
  type ForwardState,
  type ForwardStatus,
  type HostState,
  type SeenPort,
} from '../core/session/state.ts';
import { canOpen, forwardContext } from './forwardActions.ts';
import { forwardLabel, spokenLabel } from './forwardLabel.ts';
import { byteText, destinationText, forwardUrl, localAddress, remoteBindText } from './forwardText.ts';
import { leadsToNothing } from './leadsToNothing.ts';
import { remotePortLines, processName, programBehind } from './remotePortText.ts';
import { problemText } from './problem.ts';
import { isFromRemote } from './path/hop.ts';
import { colors, type Row } from './row.ts';

type Look = Pick<Row, 'description' | 'tooltip' | 'icon' | 'click'>;

/** The row of a forward, with the facts about the program behind it. */
export function forwardRow(host: HostState, forward: ForwardState): Row {
  const seen = findPort(host, forward.remotePort);
  const about = seen ? remotePortLines(host.name, seen) : [`${destinationText(forward.spec)} through ${host.name}`];
  const { description, ...shown } = look(host, forward, seen, about);
  return {
    id: `forward:${host.name}:${forward.id}`,
    label: forwardLabel(forward),
    fold: 'none',
    children: [],
    target: { kind: 'forward', host: host.name, id: forward.id },
    context: forwardContext(host, forward),
    ...shown,
    // The public address of a service comes first, because a narrow view cuts off the end.
    description: [
      isFromRemote(forward) && forwardUrl(host, forward),
      name(forward, seen),
      description,
      forward.origin === 'config' && 'config',
    ]
      .filter(Boolean)
      .join(' · '),
    spokenLabel: spokenLabel(host.name, forward),
  };
}

function look(host: HostState, forward: ForwardState, seen: SeenPort | undefined, about: readonly string[]): Look {
  const { status } = forward;
  const dim = (description: string, icon: string, hint: string): Look => ({
    description,
    icon: { id: icon, color: colors.grey },
    tooltip: [...about, hint].join('\n'),
  });
  switch (status.kind) {
    case 'opening':
      return { ...dim('opening…', 'loading~spin', 'Opening'), icon: { id: 'loading~spin' } };
    case 'open':
      return openLook(host, forward, status, seen, about);
    case 'off':
      return dim('off', 'debug-pause', 'Forwarding is switched off');
    case 'paused':
      return { ...dim('paused', 'debug-pause', 'Double-click to resume this forward'), click: 'resume' };
    case 'expired': {
      const hint = 'This forward was shared with the network, and its time is over. Double-click to open it again';
      return { ...dim('expired', 'clock', hint), click: 'resume' };
    }
    case 'dormant': {
      const place = status.localPort === undefined ? '' : `; localhost:${status.localPort} returns with it`;
      return dim(`server stopped${place}`, 'circle-slash', 'The forward returns as soon as the server listens again');
    }
    case 'elsewhere': {
      const { localPort } = status;
      const where =
        localPort === undefined ? `at ${remoteBindText(forward)} on ${host.name}` : `to localhost:${localPort}`;
      const hint = `Another window forwards this port ${where}. The forward moves to this window when that window stops it`;
      const shown = dim('in another window', 'multiple-windows', hint);
      if (localPort === undefined) return shown;
      return { ...shown, click: seen && canOpen(host, forward) ? 'open' : 'copyAddress' };
    }
    case 'failed': {
      const { brief, what, next } = problemText(status.why);
      const icon = { id: 'error', color: colors.red };
      return { description: brief, tooltip: `${what}\n${next}\nDouble-click to try again`, icon, click: 'resume' };
    }
  }
}

function openLook(
  host: HostState,
  forward: ForwardState,
  status: Extract<ForwardStatus, { readonly kind: 'open' }>,
  seen: SeenPort | undefined,
  about: readonly string[],
): Look {
  const { traffic, trouble, instead } = status;
  const isRemote = isFromRemote(forward);
  const url = forwardUrl(host, forward);
  const isKnownPage = canOpen(host, forward) && (isRemote || seen !== undefined);
  const where = isRemote
    ? `at ${url ?? `${remoteBindText(forward)} on ${host.name}`}`
    : `→ ${localAddress(forward) ?? ''}`;
  const isToNothing = leadsToNothing(host, forward);
  const why = trouble && problemText(trouble);
  const shared = shareText(status);
  const scope = isRemote ? scopeText(host, forward) : undefined;
  const tooltip = [
    ...about,
    forward.isProtected && 'The proxy asks for a user name and a password',
    isKnownPage ? `Double-click to open ${url}` : `Answers ${where}`,
    ...(instead ? [problemText(instead.why).what] : []),
    `${traffic.openConnections} open connections, ${traffic.totalConnections} in all; ${byteText(traffic.bytesToRemote)} sent, ${byteText(traffic.bytesFromRemote)} received`,
    shared,
    scope?.full,
    isToNothing ? nothingListens : why?.what,
    why?.next,
  ];
  const warnings = [shared, scope?.brief, isToNothing ? nothingListens : why?.brief].filter(Boolean);
  return {
    description: [insteadText(status), ...warnings].filter(Boolean).join(' · '),
    tooltip: tooltip.filter(Boolean).join('\n'),
    icon: isToNothing
      ? { id: 'circle-outline', color: colors.grey }
      : warnings.length > 0
        ? { id: trouble ? 'warning' : 'broadcast', color: colors.yellow }
        : { id: seen?.program?.icon ?? (isRemote ? 'export' : 'plug'), color: colors.green },
    ...(isKnownPage ? { click: 'open' as const } : isRemote ? {} : { click: 'copyAddress' as const }),
  };
}

/** The text for what is behind the forward. The user's label wins. */
function name(forward: ForwardState, seen: SeenPort | undefined): string | undefined {
  const { label, spec } = forward;
  if (label !== undefined) return label;
  if (spec.kind === 'dynamic') return 'SOCKS proxy';
  if (isFromRemote(forward)) return destinationText(spec);
  const isNamed = forward.remotePort !== undefined || localAddress(forward) === undefined;
  return isNamed ? (programBehind(forward, seen) ?? (seen && processName(seen))) : destinationText(spec);
}

const nothingListens = 'nothing listens there yet';

/** Why the local port is not the wanted one, in a few words. */
export function insteadText({ instead }: Extract<ForwardStatus, { readonly kind: 'open' }>): string | undefined {
  if (instead === undefined) return undefined;
  return `${instead.port} ${instead.why.code === 'portPrivileged' ? 'needs administrator rights' : 'is taken'}`;
}

/** How long the network can still use the forward. */
export function shareText({ sharedFor }: Extract<ForwardStatus, { readonly kind: 'open' }>): string | undefined {
  if (sharedFor === undefined) return undefined;
  return sharedFor === 'forever' ? 'shared' : `shared, ${sharedFor} min left`;
}

/** Whether the server listens wider or narrower than asked. The server reports success either way. */
export function scopeText(
  host: HostState,
  forward: ForwardState,
): { readonly brief: string; readonly full: string } | undefined {
  const { spec, status } = forward;
  if (status.kind !== 'open') return undefined;
  const port = status.bound.find((bound) => bound.kind === 'tcp')?.port;
  const there = findPort(host, port);
  if (!there) return undefined;
  switch (remoteScope(spec.bind, there.addresses)) {
    case 'wider':
      return {
        brief: 'wider than asked',
        full: 'wider than asked: the server opened the port to its network (GatewayPorts yes)',
      };
    case 'narrower':
      return {
        brief: 'narrower than asked',
        full: 'narrower than asked: only the server itself reaches the port (GatewayPorts no)',
      };
    case 'asAsked':
      return undefined;
  }
}
