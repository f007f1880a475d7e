import { prefixed } from '../../base/log.ts';
import type { Store } from '../../base/store.ts';
import { HostSession } from './hostSession.ts';
import { connector } from './link/connector.ts';
import { realSenses } from './link/networkEvents.ts';
import type { ConnectedHosts } from './memory/connected.ts';
import { journal } from './memory/journal.ts';
import { claimOf, type Windows } from './memory/windows.ts';
import type { SessionsOptions } from './sessionsOptions.ts';
import { settingsOf } from './settings.ts';
import { type AppState, findHost, localPort, newHost } from './state.ts';

/** What all hosts share. */
export interface SharedByHosts extends SessionsOptions {
  readonly state: Store<AppState>;
  readonly connected: ConnectedHosts;
  readonly windows: Windows | undefined;
  readonly optionsOf: (host: string) => readonly string[];
  /** The hosts of the window may be others now. */
  readonly onConnected: () => void;
}

/** The session of one host, which reads and writes its part of the state. */
export function hostOfSessions(name: string, shared: SharedByHosts): HostSession {
  const { state, connected, windows, optionsOf, proxyPassword } = shared;
  const log = prefixed(shared.log, name);
  const settings = settingsOf(name, shared.settings);
  return new HostSession({
    log,
    settings,
    open: connector(name, () => optionsOf(name), { ...shared, settings }),
    memory: shared.memory,
    read: () => findHost(state.get(), name) ?? newHost(name, { kind: 'typed' }),
    senses: shared.senses ?? realSenses,
    findWindow: async (pid, spec, port) => {
      const claim = claimOf(name, spec, port ?? 0);
      return pid === undefined ? windows?.askAll(claim) : windows?.ask(pid, claim);
    },
    write: (change) => {
      const before = findHost(state.get(), name);
      if (!before) return;
      const after = change(before);
      state.update((app) => ({ ...app, hosts: app.hosts.map((host) => (host.name === name ? after : host)) }));
      journal(before, after, log);
      connected.follow(before, after, optionsOf(name));
      if (before.link !== after.link) shared.onConnected();
    },
    proxyPassword: async () => proxyPassword?.(name),
    isOwnPort: (port) => state.get().hosts.some((host) => host.forwards.some((forward) => localPort(forward) === port)),
    expected: () => connected.all().find((host) => host.name === name)?.autoForwarded ?? [],
    onAutoForward: (forward, attributes) => shared.onAutoForward(name, forward, attributes),
  });
}
