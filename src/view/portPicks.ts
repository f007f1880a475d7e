import { UserError } from '../base/userError.ts';
import { formatForward, parsePortInput } from '../core/forward/grammar.ts';
import type { ForwardSpec } from '../core/forward/spec.ts';
import type { HostState } from '../core/session/state.ts';
import type { Problem } from '../core/problem.ts';
import { bindText, destinationText } from './forwardText.ts';
import { processName, serverName } from './listenerText.ts';
import { problemText } from './problem.ts';

/** A line of the Forward Port box. */
export interface PortPick {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** What choosing it does; nothing for a hint or an error. */
  readonly choice?:
    | { readonly kind: 'listener'; readonly port: number }
    | { readonly kind: 'specs'; readonly specs: readonly ForwardSpec[] };
}

/** What listens and is not forwarded yet. */
export function detectedPicks(host: HostState | undefined): readonly PortPick[] {
  if (!host) return [];
  const served = new Set(host.forwards.map(({ remotePort }) => remotePort));
  return host.listeners
    .filter(({ listener, identity }) => !served.has(listener.port) && identity?.role !== 'infrastructure')
    .map((seen) => ({
      label: [String(seen.listener.port), serverName(seen)].filter(Boolean).join('  '),
      description: processName(seen.listener) ?? '',
      icon: seen.identity?.icon ?? 'circle-outline',
      choice: { kind: 'listener', port: seen.listener.port },
    }));
}

/** What was typed, understood: the forward it means, or why it means none. Undefined for an empty line. */
export function typedPick(text: string, hostName: string): PortPick | undefined {
  if (text.trim() === '') return undefined;
  try {
    const specs = parsePortInput(text.trim());
    const [spec] = specs;
    if (!spec) return undefined;
    return specs.length === 1
      ? {
          label: `Forward ${formatForward(spec)}`,
          description: explain(spec, hostName),
          icon: 'add',
          choice: { kind: 'specs', specs },
        }
      : {
          label: `Forward ${specs.length} ports`,
          description: specs
            .map((each) => explain(each, hostName))
            .join(', ')
            .slice(0, 120),
          icon: 'add',
          choice: { kind: 'specs', specs },
        };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { what, next } = problemText(error.problem as Problem);
    return { label: what, description: next, icon: 'error' };
  }
}

function explain(spec: ForwardSpec, hostName: string): string {
  return `local ${bindText(spec.bind)} → ${destinationText(spec)} from ${hostName}`;
}
