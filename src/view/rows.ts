import type { Problem } from '../core/problem.ts';
import { type AppState, type ForwardState, type HostState, type SeenPort, servedPorts } from '../core/session/state.ts';
import { forwardRow } from './forwardRow.ts';
import { remotePortLines, processName, programName } from './remotePortText.ts';
import { problemText } from './problem.ts';
import { colors, type Row } from './row.ts';
import { silenceText } from './silenceText.ts';

export function treeRows(state: AppState): readonly Row[] {
  return [
    ...state.configProblems.map(configProblemRow),
    ...state.hosts.map((host) => {
      const row = hostRow(host);
      return host.source.kind === 'typed' ? { ...row, context: `${row.context} typed` } : row;
    }),
  ];
}

function configProblemRow(problem: Problem): Row {
  const { what, next } = problemText(problem);
  const row = note(`config:${what}`, 'error', colors.red, what, next);
  if (problem.code !== 'configSyntax' && problem.code !== 'fileUnreadable') return row;
  const { file, detail } = problem;
  const [name = file] = file.split(/[/\\]/u).slice(-1);
  // What is wrong comes first: it is still to be read where the row is cut off.
  const [label, description, line] =
    problem.code === 'configSyntax'
      ? [detail, `${name}, line ${problem.line}`, problem.line]
      : [`cannot be read: ${detail}`, name, 1];
  const tooltip = `${what}\n${next}`;
  return { ...row, label, description, tooltip, target: { kind: 'place', file, line }, click: 'openConfig' };
}

function hostRow(host: HostState): Row {
  const children = hostChildren(host);
  const base = { label: host.name, children, target: { kind: 'host', host: host.name } } as const;
  // The editor remembers folding by id: a host that was a leaf before must not stay folded.
  const open = { ...base, id: `host:${host.name}:open`, fold: 'expanded' } as const;
  const atRest = children.length > 0 ? open : ({ ...base, id: `host:${host.name}`, fold: 'none' } as const);
  const forwarded = host.forwards.filter((forward) => forward.status.kind === 'open').length;
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
        ...(facts.transport === 'openssh' ? ["Carried by the system's ssh"] : []),
      ].join('\n');
      const silence = silenceText(host.link);
      const description = silence ?? (forwarded === 0 ? 'connected' : `connected, ${forwarded} forwarded`);
      const icon = { id: 'vm-active', color: silence === undefined ? colors.green : colors.yellow };
      return { ...open, description, tooltip, icon, context: 'host online' };
    }
    case 'waiting': {
      const { what, next } = problemText(host.link.why);
      const icon = { id: 'sync~spin', color: colors.yellow };
      return { ...open, description: 'reconnecting…', tooltip: `${what}\n${next}`, icon, context: 'host waiting' };
    }
    case 'failed': {
      const { what, next } = problemText(host.link.why);
      const icon = { id: 'error', color: colors.red };
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
  const served = servedPorts(host);
  const listeners = host.remotePorts.filter((each) => !served.has(each.port));
  const rows = [
    ...host.forwards.toSorted((a, b) => order(a) - order(b)).map((forward) => forwardRow(host, forward)),
    ...listeners.filter(({ program }) => program?.role !== 'infrastructure').map((seen) => remotePortRow(host, seen)),
  ];
  const infrastructure = listeners.filter(({ program }) => program?.role === 'infrastructure');
  const hint = host.link.kind === 'online' ? detectionHint(host, rows.length === 0) : undefined;
  return [
    ...rows,
    ...(hint ? [note(`note:${host.name}`, 'info', undefined, hint, hint)] : []),
    ...infrastructure.map((seen) => remotePortRow(host, seen)),
  ];
}

/** By port, as the other listeners are; what has none stays in the order in which it was made. */
function order({ remotePort = 65_536 }: ForwardState): number {
  return remotePort;
}

function detectionHint({ detection, remotePorts: listeners }: HostState, isEmpty: boolean): string | undefined {
  switch (detection.kind) {
    case 'off':
    case 'starting':
      return isEmpty ? 'Looking for servers…' : undefined;
    case 'watching':
      if (!isEmpty) return undefined;
      return `Nothing${listeners.length > 0 ? ' else' : ''} listens yet. Start a server there, and it appears here.`;
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

function remotePortRow(host: HostState, seen: SeenPort): Row {
  const { port, program } = seen;
  const isInfrastructure = program?.role === 'infrastructure';
  return {
    id: `listener:${host.name}:${port}`,
    label: [String(port), programName(seen)].filter(Boolean).join('  '),
    description: processName(seen) ?? '',
    tooltip: [...remotePortLines(host.name, seen), 'Click to forward it to this machine'].join('\n'),
    icon: { id: program?.icon ?? 'circle-outline', ...(isInfrastructure && { color: colors.grey }) },
    context: 'listener',
    fold: 'none',
    children: [],
    target: { kind: 'listener', host: host.name, port },
    click: 'forward',
  };
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
