import type { HostList } from '../config/hosts.ts';
import { type AppState, findHost, type HostSource, type HostState, newHost } from './state.ts';

/** The state after the SSH configuration was read again. A host that it does not list stays if the user typed it or uses it. */
export function withListed(state: AppState, { hosts, problems }: HostList): AppState {
  const configured = hosts.map(({ name, file, line }): HostState => {
    const source = { kind: 'config', file, line } as const;
    const known = findHost(state, name);
    if (!known) return newHost(name, source);
    return isSame(known.source, source) ? known : { ...known, source };
  });
  const others = state.hosts.filter(
    (host) => !hosts.some(({ name }) => name === host.name) && (host.source.kind === 'typed' || isInUse(host)),
  );
  return { ...state, hosts: [...configured, ...others], configProblems: problems.map(({ problem }) => problem) };
}

function isSame(a: HostSource, b: HostSource): boolean {
  return a.kind === 'config' && b.kind === 'config' && a.file === b.file && a.line === b.line;
}

function isInUse({ link, forwards }: HostState): boolean {
  return link.kind !== 'idle' || forwards.length > 0;
}
