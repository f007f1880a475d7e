import { UserError } from '../base/userError.ts';
import { isCommandText } from '../core/spec/command.ts';
import { parsePasted } from '../core/spec/pasted.ts';
import { parsePortInput } from '../core/spec/grammar.ts';
import type { ForwardSpec } from '../core/spec/spec.ts';
import { type HostState, servedPorts } from '../core/session/state.ts';
import type { Problem } from '../core/problem.ts';
import { bindText } from './address.ts';
import { destinationText } from './forwardText.ts';
import { type HostChoice, typedHost } from './hostPicks.ts';
import { processName, programName } from './remotePortText.ts';
import { problemText } from './problem.ts';

/** A line of the Forward Port box. */
export interface PortPick {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** What choosing it does; nothing for a hint or an error. */
  readonly choice?: { readonly kind: 'listener'; readonly port: number } | TypedChoice;
}

type TypedChoice =
  | { readonly kind: 'specs'; readonly specs: readonly ForwardSpec[] }
  /** A command that goes to another host. */
  | { readonly kind: 'host'; readonly host: HostChoice };

/** What listens and is not forwarded yet. */
export function detectedPicks(host: HostState | undefined): readonly PortPick[] {
  if (!host) return [];
  const served = servedPorts(host);
  return host.remotePorts
    .filter(({ port, program }) => !served.has(port) && program?.role !== 'infrastructure')
    .map((seen) => ({
      label: [String(seen.port), programName(seen)].filter(Boolean).join('  '),
      description: processName(seen) ?? '',
      icon: seen.program?.icon ?? 'circle-outline',
      choice: { kind: 'listener', port: seen.port },
    }));
}

/**
 * The lines of the box. A port that is typed is the line with that port where there is one: what the Enter key chooses
 * is what stands in the box, and never a longer number that begins alike.
 */
export function portPicks(
  text: string,
  hostName: string,
  host: HostState | undefined,
): { readonly typed?: PortPick | undefined; readonly detected: readonly PortPick[] } {
  const detected = detectedPicks(host);
  const isThere = detected.some(({ choice }) => choice?.kind === 'listener' && String(choice.port) === text.trim());
  return isThere ? { detected } : { typed: typedPick(text, hostName), detected };
}

/** What was typed, understood: ports, flags of ssh(1) or a whole command; or why it is none of these. Undefined for an empty line. */
export function typedPick(text: string, hostName: string): PortPick | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  try {
    const choice = understand(typed, hostName);
    if (choice.kind === 'host') {
      const { name, forwards } = choice.host;
      return {
        label: name,
        description: forwards.map((each) => explain(each, name)).join(', '),
        icon: 'terminal',
        choice,
      };
    }
    const { specs } = choice;
    if (specs.length === 0)
      return { label: 'This command forwards nothing.', description: 'Add -L, -R or -D', icon: 'error' };
    // The editor puts the line first whose label begins with what was typed, and of these the shortest.
    return {
      label: typed,
      description: specs
        .map((each) => explain(each, hostName))
        .join(', ')
        .slice(0, 120),
      icon: 'add',
      choice,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { what, next } = problemText(error.problem as Problem);
    return { label: what, description: next, icon: 'error' };
  }
}

/** Flags without a host are for the one whose box it is; so is a command that goes to it and nothing more. */
function understand(text: string, hostName: string): TypedChoice {
  if (!isCommandText(text)) return { kind: 'specs', specs: parsePortInput(text) };
  const { host, forwards } = parsePasted(text);
  const other = host === undefined ? undefined : typedHost(text)?.choice;
  const isHere = other === undefined || (other.name === hostName && other.options.length === 0);
  return isHere ? { kind: 'specs', specs: forwards } : { kind: 'host', host: other };
}

function explain(spec: ForwardSpec, hostName: string): string {
  const isRemote = spec.kind === 'remote' || spec.kind === 'remoteDynamic';
  return isRemote
    ? `${bindText(spec.bind)} on ${hostName} → ${destinationText(spec)}`
    : `local ${bindText(spec.bind)} → ${destinationText(spec)} from ${hostName}`;
}
