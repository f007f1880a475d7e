import type { HostChoice, TypedHost } from '../core/config/typed.ts';
import type { HostState } from '../core/session/state.ts';
import { destinationText } from './forwardText.ts';
import { problemText } from './problem.ts';

/** A row of the box that asks for a host: a host of the list, or what the user typed. */
export interface HostPick {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** Absent for an error. */
  readonly choice?: HostChoice;
}

/** The row of a host of the list. */
export function listedHost({ name, link }: HostState): HostPick {
  return {
    label: name,
    description: link.kind === 'online' ? 'connected' : '',
    icon: link.kind === 'online' ? 'vm-active' : 'vm',
    choice: { name, options: [], forwards: [] },
  };
}

/** The row of a typed text that is no host of the list. */
export function typedHost(typed: TypedHost): HostPick {
  switch (typed.kind) {
    case 'destination': {
      const { choice } = typed;
      // VS Code sorts rows whose label begins with the typed text first, so a listed host must win over this row.
      return { label: 'Use what you typed', description: choice.name, icon: 'edit', choice };
    }
    case 'command': {
      const { name, forwards } = typed.choice;
      const description =
        forwards.length === 0 ? 'what this command connects to' : forwards.map(destinationText).join(', ');
      return { label: name, description, icon: 'terminal', choice: typed.choice };
    }
    case 'blanks':
      return { label: 'A host name has no blanks.', description: 'A whole command begins with ssh', icon: 'error' };
    case 'problem': {
      const { what, next } = problemText(typed.problem);
      return { label: what, description: next, icon: 'error' };
    }
  }
}
