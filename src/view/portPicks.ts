import type { NotUnderstood, TypedForwards } from '../core/config/typed.ts';
import { placeOf, type PortPlace } from '../core/detect/place.ts';
import type { ForwardSpec } from '../core/spec/spec.ts';
import { type HostState, servedPorts } from '../core/session/state.ts';
import { bindText } from './address.ts';
import { destinationText } from './forwardText.ts';
import { processName, programName } from './remotePortText.ts';
import { problemText } from './problem.ts';

/** A row of the Forward Port box. */
export interface PortPick {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** What the row chooses. Absent for a hint or an error. */
  readonly choice?:
    | { readonly kind: 'remotePort'; readonly port: PortPlace }
    | { readonly kind: 'anotherHost' }
    | Exclude<TypedForwards, NotUnderstood>;
}

/** The row that asks for another host than the one of the box. */
export const anotherHost: PortPick = {
  label: 'Another Host…',
  description: '',
  icon: 'vm',
  choice: { kind: 'anotherHost' },
};

/** The remote ports without a forward, except those of infrastructure. */
export function detectedPicks(host: HostState | undefined): readonly PortPick[] {
  if (!host) return [];
  const served = servedPorts(host);
  return host.remotePorts
    .filter((seen) => !served.has(placeOf(seen)) && seen.program?.role !== 'infrastructure')
    .map((seen) => ({
      label: [String(placeOf(seen)), programName(seen)].filter(Boolean).join('  '),
      description: processName(seen) ?? '',
      icon: seen.program?.icon ?? 'circle-outline',
      choice: { kind: 'remotePort', port: placeOf(seen) },
    }));
}

/**
 * The rows of the box. When the typed port is a row of the list, only that row shows: the Enter key chooses exactly the
 * typed port, never a longer number with the same beginning.
 */
export function portPicks(
  text: string,
  typed: TypedForwards | undefined,
  hostName: string,
  host: HostState | undefined,
): { readonly typed?: PortPick | undefined; readonly detected: readonly PortPick[] } {
  const detected = detectedPicks(host);
  const isListed = detected.some(({ choice }) => choice?.kind === 'remotePort' && String(choice.port) === text.trim());
  return isListed || !typed ? { detected } : { typed: typedPick(text.trim(), typed, hostName), detected };
}

/** The row of a typed text: the forwards that it means, or why it means none. */
export function typedPick(text: string, typed: TypedForwards, hostName: string): PortPick {
  switch (typed.kind) {
    case 'specs':
      if (typed.specs.length === 0) {
        return { label: 'This command forwards nothing.', description: 'Add -L, -R or -D', icon: 'error' };
      }
      // VS Code puts the row first whose label begins with the typed text, and of these the shortest.
      return { label: text, description: explain(typed.specs, hostName).slice(0, 120), icon: 'add', choice: typed };
    case 'host': {
      const { name, forwards } = typed.host;
      return { label: name, description: explain(forwards, name), icon: 'terminal', choice: typed };
    }
    case 'problem': {
      const { what, next } = problemText(typed.problem);
      return { label: what, description: next, icon: 'error' };
    }
  }
}

function explain(specs: readonly ForwardSpec[], hostName: string): string {
  return specs
    .map((spec) => {
      const to = destinationText(spec);
      const isRemote = spec.kind === 'remote' || spec.kind === 'remoteDynamic';
      return isRemote
        ? `${bindText(spec.bind)} on ${hostName} → ${to}`
        : `local ${bindText(spec.bind)} → ${to} from ${hostName}`;
    })
    .join(', ');
}
