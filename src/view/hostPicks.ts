import { UserError } from '../base/userError.ts';
import { readDestination } from '../core/config/keywords/jump.ts';
import { isCommandText } from '../core/spec/command.ts';
import { commandError } from '../core/spec/commandProblem.ts';
import { parsePasted } from '../core/spec/pasted.ts';
import type { ForwardSpec } from '../core/spec/spec.ts';
import type { Problem } from '../core/problem.ts';
import type { HostState } from '../core/session/state.ts';
import { destinationText } from './forwardText.ts';
import { problemText } from './problem.ts';

/** A host to go to, and what a pasted command said besides. */
export interface HostChoice {
  readonly name: string;
  /** As for ssh(1) -o. */
  readonly options: readonly string[];
  readonly forwards: readonly ForwardSpec[];
}

/** A line of the box that asks for a host: what was typed, understood, or why it was not. */
export interface HostPick {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** Absent for an error. */
  readonly choice?: HostChoice;
}

/** A host of the list. */
export function listedHost({ name, link }: HostState): HostPick {
  return {
    label: name,
    description: link.kind === 'online' ? 'connected' : '',
    icon: link.kind === 'online' ? 'vm-active' : 'vm',
    choice: { name, options: [], forwards: [] },
  };
}

/** What somebody typed that is no host of the list: a destination as after `ssh`, or a whole pasted command. */
export function typedHost(text: string): HostPick | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  const isCommand = isCommandText(typed);
  if (!isCommand && /\s/u.test(typed))
    return { label: 'A host name has no blanks.', description: 'A whole command begins with ssh', icon: 'error' };
  try {
    if (!isCommand) {
      readDestination(typed);
      const choice = { name: typed, options: [], forwards: [] };
      // The editor puts the lines whose label has what was typed first: a host of the list, by its beginning.
      return { label: 'Use what you typed', description: typed, icon: 'edit', choice };
    }
    const { host, user, port, options, forwards } = parsePasted(typed);
    if (host === undefined) throw commandError('noDestination', typed);
    const name = destination(host, user, port);
    readDestination(name);
    const description =
      forwards.length === 0 ? 'what this command connects to' : forwards.map(destinationText).join(', ');
    return { label: name, description, icon: 'terminal', choice: { name, options, forwards } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { what, next } = problemText(error.problem as Problem);
    return { label: what, description: next, icon: 'error' };
  }
}

function destination(host: string, user: string | undefined, port: number | undefined): string {
  const name = host.includes(':') && port !== undefined ? `[${host}]` : host;
  return `${user === undefined ? '' : `${user}@`}${name}${port === undefined ? '' : `:${port}`}`;
}
