import { placeOf, type PortPlace } from '../core/detect/place.ts';
import type { SeenPort } from '../core/session/state.ts';
import { debuggerAt } from './attachable.ts';
import { containerTitle } from './containerTitle.ts';
import { unreachableOf } from './problem/containers.ts';
import { processName, programName, remotePortLines } from './remotePortText.ts';
import { colors, type Row } from './row.ts';

const known = new WeakMap<SeenPort, Row>();

/** The row of a remote port that is not forwarded. It stays the same while the port does, which is on one host alone. */
export function rowOfPort(host: string, seen: SeenPort): Row {
  const row = known.get(seen) ?? remotePortRow(host, seen);
  known.set(seen, row);
  return row;
}

export function portId(host: string, place: PortPlace): string {
  return `port:${host}:${place}`;
}

function remotePortRow(host: string, seen: SeenPort): Row {
  const { port, program, published } = seen;
  const isInfrastructure = program?.role === 'infrastructure';
  const unreachable = unreachableOf(seen);
  return {
    id: portId(host, placeOf(seen)),
    label: String(port),
    description: [
      programName(seen) ?? (published ? undefined : processName(seen)),
      published && containerTitle(published.container),
      unreachable?.brief,
      program?.isUnasked && 'not asked',
    ]
      .filter(Boolean)
      .join(' · '),
    tooltip: [
      ...remotePortLines(host, seen),
      ...(program?.isUnasked ? [whyUnasked] : []),
      ...(unreachable ? [unreachable.what, unreachable.next] : []),
      'Click to forward this port to this machine',
    ].join('\n'),
    icon: { id: program?.icon ?? 'circle-outline', ...(isInfrastructure && { color: colors.grey }) },
    context: ['remotePort', program?.isUnasked && 'unasked', debuggerAt(seen) && 'attachable']
      .filter(Boolean)
      .join(' '),
    fold: 'none',
    children: [],
    target: { kind: 'remotePort', host, port: placeOf(seen) },
    click: 'forward',
  };
}

const whyUnasked =
  'SSH Ports has not asked this program what it is: it might serve one client only, and lose it. Ask What It Is does so';
