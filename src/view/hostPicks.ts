import type { HostChoice, TypedHost, TypedSpecs } from '../core/config/typed.ts';
import { type HostState, isActive } from '../core/session/state.ts';
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

/** The listed hosts: the one that connected last comes first, then the other connected ones. */
export function hostsByUse(hosts: readonly HostState[]): readonly HostState[] {
  const rank = (host: HostState): number =>
    host.link.kind === 'online' ? host.link.since : isActive(host) ? 0 : -Infinity;
  return hosts.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
}

/** The user typed ports before the host: the rows ask which host they belong to. Connected hosts are enough, if any. */
export function portHosts(forwards: TypedSpecs, hosts: readonly HostState[]): readonly HostPick[] {
  const connected = hosts.filter(isActive);
  const { specs, page } = forwards;
  return (connected.length > 0 ? connected : hosts).map((host) => ({
    ...listedHost(host),
    description: `forward ${specs.map(destinationText).join(', ')}`.slice(0, 120),
    choice: { name: host.name, options: [], forwards: specs, ...(page !== undefined && { page }) },
  }));
}

/** The row of a typed text that is no host of the list. */
export function typedHost(typed: Exclude<TypedHost, { readonly kind: 'ports' }>): HostPick {
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
