import { memo } from '../base/memo.ts';
import type { Problem } from '../core/problem.ts';
import { containerAt, placeOf, portAt } from '../core/detect/place.ts';
import {
  findPort,
  type AppState,
  type ForwardState,
  type HostState,
  newHost,
  previousHosts,
  type SeenPort,
  servedPorts,
} from '../core/session/state.ts';
import { detectionRow } from './detectionRow.ts';
import { harmless } from './harmless.ts';
import { containerRows, type PlacedRow } from './containerRows.ts';
import { rowOfForward } from './rowOfForward.ts';
import { portId, rowOfPort } from './rowOfPort.ts';
import { note } from './note.ts';
import { problemText } from './problem.ts';
import { colors, type Row } from './row.ts';
import { limitTexts } from './limitTexts.ts';
import { silenceText } from './silenceText.ts';

/** What the user wants to see of the tree. */
export type Shown = 'all' | 'forwarded';

export function treeRows(state: AppState, shown: Shown = 'all'): readonly Row[] {
  const { hosts } = state;
  const left = previousHosts(state);
  return [
    ...state.configProblems.map(configProblemRow),
    ...left.map((name) => leftRow(hosts.find((host) => host.name === name) ?? newHost(name, { kind: 'typed' }))),
    ...activeFirst(hosts.filter(({ name }) => !left.includes(name))).map(rowsOfHosts[shown]),
  ];
}

/** A host that did not change has the same row. */
const rowsOfHosts = { all: memo(rowOfHost('all')), forwarded: memo(rowOfHost('forwarded')) };

function rowOfHost(shown: Shown): (host: HostState) => Row {
  return (seen) => {
    const host = harmless(seen);
    const row = hostRow(host, shown);
    return host.source.kind === 'typed' ? { ...row, context: `${row.context} typed` } : row;
  };
}

/** A host that the window was connected to before it was reloaded. */
function leftRow(host: HostState): Row {
  const row = hostRow(host, 'all');
  return {
    ...row,
    description: 'was connected',
    tooltip: `${host.name}: connected before this window was reloaded\nClick to connect`,
    icon: { id: 'history' },
    context: `${row.context} left`,
  };
}

/** A host that the user connects may stand below sixty others: it moves to the top, and stays there when it fails. */
function activeFirst(hosts: readonly HostState[]): readonly HostState[] {
  const isIdle = ({ link }: HostState): boolean => link.kind === 'idle';
  return [...hosts.filter((host) => !isIdle(host)), ...hosts.filter(isIdle)];
}

function configProblemRow(problem: Problem): Row {
  const { what, next } = problemText(problem);
  const row = note(`config:${what}`, 'error', colors.red, what, next);
  if (problem.code !== 'configSyntax' && problem.code !== 'fileUnreadable') return row;
  const { file, detail } = problem;
  const [name = file] = file.split(/[/\\]/u).slice(-1);
  // The detail comes first, because VS Code cuts off the end of a row.
  const [label, description, line] =
    problem.code === 'configSyntax'
      ? [detail, `${name}, line ${problem.line}`, problem.line]
      : [`cannot be read: ${detail}`, name, 1];
  const tooltip = `${what}\n${next}`;
  return { ...row, label, description, tooltip, target: { kind: 'place', file, line }, click: 'openConfig' };
}

function hostRow(host: HostState, shown: Shown): Row {
  const children = hostChildren(host, shown);
  const target = { kind: 'host', host: host.name } as const;
  const base = { id: `host:${host.name}`, label: host.name, children, target } as const;
  const open = { ...base, fold: 'expanded' } as const;
  const atRest = children.length > 0 ? open : ({ ...base, fold: 'none' } as const);
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
        [facts.serverVersion, facts.cipher, `logged in with ${facts.authMethod}`]
          .filter((fact) => fact !== '')
          .join(', '),
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
      const { brief, what, next } = problemText(host.link.why);
      const icon = { id: 'error', color: colors.red };
      const tooltip = `${what}\n${next}\nClick to connect again`;
      return { ...atRest, description: brief, tooltip, icon, context: 'host failed', click: 'connect' };
    }
  }
}

function hostChildren(host: HostState, shown: Shown): readonly Row[] {
  const all = allChildren(host);
  if (shown === 'all') return all;
  const forwarded = all.flatMap((row) => {
    if (row.target?.kind === 'remotePort') return [];
    const children = row.children.filter(({ target }) => target?.kind !== 'remotePort');
    return row.children.length > 0 && children.length === 0 ? [] : { ...row, children };
  });
  const count = countPorts(all) - countPorts(forwarded);
  return [...forwarded, ...(count > 0 ? [hiddenRow(host, count)] : [])];
}

function countPorts(rows: readonly Row[]): number {
  return rows.reduce(
    (sum, { target, children }) => sum + Number(target?.kind === 'remotePort') + countPorts(children),
    0,
  );
}

/**
 * The rows of a host: ports in their order, forwards without a remote port, and last the infrastructure. Forwarding a
 * port changes its icon and its text, never its place, so that no row moves under the pointer.
 */
function allChildren(host: HostState): readonly Row[] {
  const served = servedPorts(host);
  const all = [
    ...host.forwards.flatMap((forward) => forwardedPort(host, forward)),
    ...host.remotePorts.filter((seen) => !served.has(placeOf(seen))).map((seen) => unforwardedPort(host, seen)),
  ].toSorted((a, b) => portAt(a.place) - portAt(b.place));
  const ports = all.filter(({ place }) => containerAt(place) === undefined);
  const rows = [
    ...ports.filter(({ isInfrastructure }) => !isInfrastructure).map(({ row }) => row),
    ...host.forwards.filter(({ remotePort }) => remotePort === undefined).map((forward) => rowOfForward(host, forward)),
    ...containerRows(host, all),
  ];
  const hint = host.link.kind === 'online' ? detectionRow(host, rows.length === 0) : undefined;
  return [
    ...rows,
    ...(hint ? [hint] : []),
    ...limitTexts(host).map((text) => note(`note:${host.name}:${text}`, 'warning', colors.yellow, text, text)),
    ...ports.filter(({ isInfrastructure }) => isInfrastructure).map(({ row }) => row),
  ];
}

/** A filter never leaves a person before an empty tree: its row says what it hides, and ends it. */
function hiddenRow({ name }: HostState, count: number): Row {
  const label = `${count} not forwarded`;
  const row = note(
    `hidden:${name}`,
    'filter',
    colors.grey,
    label,
    `${label}, hidden by the filter\nClick to show all ports`,
  );
  return { ...row, description: 'hidden', click: 'showAllPorts' };
}

interface PortRow extends PlacedRow {
  readonly isInfrastructure: boolean;
}

function forwardedPort(host: HostState, forward: ForwardState): readonly PortRow[] {
  const { remotePort: place, status } = forward;
  if (place === undefined) return [];
  const seen = findPort(host, place);
  const program = status.kind === 'dormant' ? (seen?.program ?? status.server) : seen?.program;
  const first = firstForwards(host.forwards).get(place);
  const row = rowOfForward(host, forward);
  const port: PortRow = {
    place,
    isForwarded: true,
    isInfrastructure: program?.role === 'infrastructure',
    // The row of the port keeps its id when the port is forwarded. A second forward of the same port has its own id.
    row: first === forward ? { ...row, id: portId(host.name, place) } : row,
  };
  return [port];
}

const firstForwards = memo(
  (forwards: readonly ForwardState[]) => new Map(forwards.toReversed().map((each) => [each.remotePort, each])),
);

function unforwardedPort({ name }: HostState, seen: SeenPort): PortRow {
  return {
    place: placeOf(seen),
    isForwarded: false,
    isInfrastructure: seen.program?.role === 'infrastructure',
    row: rowOfPort(name, seen),
  };
}
