import type { Detection } from '../core/detect/listener.ts';
import type { AppState, ForwardState, HostState, SeenListener } from '../core/session/state.ts';
import { byteText, destinationText, forwardUrl, localAddress, remoteBindText } from './forwardText.ts';
import { problemText } from './problem.ts';

/** What a command acts on. Plain data, so that it survives the way through a menu. */
export type Target =
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'listener'; readonly host: string; readonly port: number }
  | { readonly kind: 'forward'; readonly host: string; readonly id: string };

/** A row of the Ports tree. All text is plain: nothing that came from a remote is ever rendered as markup. */
export interface Row {
  /** Stable over refreshes, so that selection and folding stay. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: { readonly id: string; readonly color?: string };
  /** Words separated by blanks, for `when` clauses. */
  readonly context: string;
  readonly fold: 'none' | 'expanded' | 'collapsed';
  readonly children: readonly Row[];
  readonly target?: Target;
  readonly click?: 'connect' | 'forward' | 'open' | 'copyAddress';
}

const green = 'charts.green';
const grey = 'disabledForeground';
const red = 'list.errorForeground';
const yellow = 'list.warningForeground';

export function treeRows(state: AppState): readonly Row[] {
  return [
    ...state.configProblems.map((problem): Row => {
      const { what, next } = problemText(problem);
      return note(`config:${what}`, 'error', red, what, next);
    }),
    ...state.hosts.map(hostRow),
  ];
}

function hostRow(host: HostState): Row {
  const children = hostChildren(host);
  const base = { label: host.name, children, target: { kind: 'host', host: host.name } } as const;
  // The editor remembers folding by id: a host that was a leaf before must not stay folded.
  const open = { ...base, id: `host:${host.name}:open`, fold: 'expanded' } as const;
  const atRest = children.length > 0 ? open : ({ ...base, id: `host:${host.name}`, fold: 'none' } as const);
  const forwarded = host.forwards.filter((forward) => forward.status.kind === 'listening').length;
  switch (host.link.kind) {
    case 'idle': {
      const from = host.source.kind === 'config' ? `${host.source.file}, line ${host.source.line}` : 'Typed by you';
      const tooltip = `${host.name}: not connected\n${from}\nClick to connect`;
      return { ...atRest, description: '', tooltip, icon: { id: 'vm' }, context: 'host idle', click: 'connect' };
    }
    case 'connecting': {
      const tooltip = `Connecting to ${host.name}`;
      return { ...open, description: 'connecting…', tooltip, icon: { id: 'loading~spin' }, context: 'host busy' };
    }
    case 'online': {
      const { facts } = host.link;
      const tooltip = [
        `${host.name}: connected${facts.via.length > 0 ? ` through ${facts.via.join(', ')}` : ''}`,
        `${facts.serverVersion}, ${facts.cipher}, logged in with ${facts.authMethod}`,
      ].join('\n');
      const description = forwarded === 0 ? 'connected' : `connected, ${forwarded} forwarded`;
      return { ...open, description, tooltip, icon: { id: 'vm-active', color: green }, context: 'host online' };
    }
    case 'waiting': {
      const { what, next } = problemText(host.link.why);
      const icon = { id: 'sync~spin', color: yellow };
      return { ...open, description: 'reconnecting…', tooltip: `${what}\n${next}`, icon, context: 'host waiting' };
    }
    case 'failed': {
      const { what, next } = problemText(host.link.why);
      const icon = { id: 'error', color: red };
      return {
        ...atRest,
        description: what,
        tooltip: `${what}\n${next}`,
        icon,
        context: 'host failed',
        click: 'connect',
      };
    }
  }
}

function hostChildren(host: HostState): readonly Row[] {
  const served = new Set(host.forwards.map((forward) => forward.remotePort));
  const listeners = host.listeners.filter(({ listener }) => !served.has(listener.port));
  const rows = [
    ...host.forwards.map((forward) => forwardRow(host, forward)),
    ...listeners.filter(({ identity }) => identity?.role !== 'infrastructure').map((seen) => listenerRow(host, seen)),
    ...listeners.filter(({ identity }) => identity?.role === 'infrastructure').map((seen) => listenerRow(host, seen)),
  ];
  if (host.link.kind !== 'online') return rows;
  const hint = detectionHint(host.detection, rows.length === 0);
  return hint ? [...rows, note(`note:${host.name}`, 'info', undefined, hint, hint)] : rows;
}

function detectionHint(detection: Detection, isEmpty: boolean): string | undefined {
  switch (detection.kind) {
    case 'off':
    case 'starting':
      return isEmpty ? 'Looking for servers…' : undefined;
    case 'watching':
      return isEmpty ? 'Nothing listens yet. Start a server there, and it appears here.' : undefined;
    case 'unavailable':
      return `Servers cannot be detected (${unavailable[detection.reason]}). Forward Port works all the same.`;
  }
}

const unavailable = {
  noShell: 'this login has no shell',
  noTool: 'the remote has no tool that lists ports',
  timeout: 'the remote gave no answer in time',
  failed: 'listing the ports failed there',
} as const;

function listenerRow(host: HostState, seen: SeenListener): Row {
  const { listener, identity } = seen;
  const isOwn = identity?.role === 'infrastructure';
  const name = identity && identity.framework !== 'unknown' ? identity.name : undefined;
  return {
    id: `port:${host.name}:${listener.port}`,
    label: [String(listener.port), name].filter(Boolean).join('  '),
    description: listener.process?.name ?? '',
    tooltip: [...listenerLines(host, seen), 'Click to forward it to this machine'].join('\n'),
    icon: { id: identity?.icon ?? 'circle-outline', ...(isOwn && { color: grey }) },
    context: 'listener',
    fold: 'none',
    children: [],
    target: { kind: 'listener', host: host.name, port: listener.port },
    click: 'forward',
  };
}

function forwardRow(host: HostState, forward: ForwardState): Row {
  const seen = host.listeners.find(({ listener }) => listener.port === forward.remotePort);
  const { status } = forward;
  const url = forwardUrl(host, forward);
  const isPage = url !== undefined && (seen?.identity?.scheme !== undefined || seen?.identity === undefined);
  const base = {
    id: `port:${host.name}:${forward.remotePort ?? forward.id}`,
    label: forwardLabel(forward, seen),
    fold: 'none',
    children: [],
    target: { kind: 'forward', host: host.name, id: forward.id },
  } as const;
  const about = seen ? listenerLines(host, seen) : [`${destinationText(forward.spec)} through ${host.name}`];
  switch (status.kind) {
    case 'opening':
      return {
        ...base,
        description: 'opening…',
        tooltip: about.join('\n'),
        icon: { id: 'loading~spin' },
        context: 'forward opening',
      };
    case 'listening': {
      const isRemote = forward.spec.kind === 'remote' || forward.spec.kind === 'remoteDynamic';
      const where = isRemote ? `at ${remoteBindText(forward)} on ${host.name}` : `→ ${localAddress(forward) ?? ''}`;
      const { traffic, trouble, instead } = status;
      const lines = [
        ...about,
        url && isPage ? `Click to open ${url}` : `Answers ${where}`,
        ...(instead ? [`Instead of local port ${instead.port}: ${problemText(instead.why).what}`] : []),
        `${traffic.openConnections} open connections, ${traffic.totalConnections} in all; ${byteText(traffic.bytesToRemote)} sent, ${byteText(traffic.bytesFromRemote)} received`,
        ...(trouble ? [problemText(trouble).what, problemText(trouble).next] : []),
      ];
      return {
        ...base,
        description: [where, seen?.listener.process?.name, trouble && problemText(trouble).what]
          .filter(Boolean)
          .join(' · '),
        tooltip: lines.join('\n'),
        icon: trouble
          ? { id: 'warning', color: yellow }
          : { id: seen?.identity?.icon ?? (isRemote ? 'export' : 'plug'), color: green },
        context: ['forward listening', isRemote ? 'remote' : 'local', isPage ? 'page' : ''].join(' ').trim(),
        ...(isPage ? { click: 'open' } : isRemote ? {} : { click: 'copyAddress' }),
      };
    }
    case 'off':
      return {
        ...base,
        description: 'off',
        tooltip: [...about, 'Forwarding is switched off'].join('\n'),
        icon: { id: 'debug-pause', color: grey },
        context: 'forward off',
      };
    case 'dormant':
      return {
        ...base,
        description: `server stopped${status.localPort === undefined ? '' : `; localhost:${status.localPort} returns with it`}`,
        tooltip: [...about, 'Forwarded again as soon as the server is back'].join('\n'),
        icon: { id: 'circle-slash', color: grey },
        context: 'forward dormant',
      };
    case 'failed': {
      const { what, next } = problemText(status.why);
      return {
        ...base,
        description: what,
        tooltip: `${what}\n${next}`,
        icon: { id: 'error', color: red },
        context: 'forward failed',
      };
    }
  }
}

function forwardLabel(forward: ForwardState, seen: SeenListener | undefined): string {
  if (forward.remotePort === undefined) return forward.label ?? destinationText(forward.spec);
  const name = seen?.identity && seen.identity.framework !== 'unknown' ? seen.identity.name : undefined;
  return [String(forward.remotePort), forward.label ?? name].filter(Boolean).join('  ');
}

function listenerLines(host: HostState, { listener, identity }: SeenListener): string[] {
  const name = identity && identity.framework !== 'unknown' ? identity.name : 'A server';
  const { process } = listener;
  return [
    `${name}${identity?.title ? ` (“${identity.title}”)` : ''} on ${host.name}, port ${listener.port} (${listener.addresses.join(', ')})`,
    ...(process
      ? [`${process.name}, pid ${process.pid}${process.workingDirectory ? `, in ${process.workingDirectory}` : ''}`]
      : []),
    ...(process?.commandLine ? [process.commandLine.join(' ').slice(0, 200)] : []),
  ];
}

function note(id: string, icon: string, color: string | undefined, label: string, tooltip: string): Row {
  return {
    id,
    label,
    description: '',
    tooltip,
    icon: { id: icon, ...(color && { color }) },
    context: 'note',
    fold: 'none',
    children: [],
  };
}
