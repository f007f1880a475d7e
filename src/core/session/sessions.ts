import { type Log, prefixed } from '../../base/log.ts';
import { type Readable, Store } from '../../base/store.ts';
import { type HostList, listHosts } from '../config/hosts.ts';
import type { PortAttributes } from '../policy/portRules.ts';
import type { Prompts } from '../ssh/prompts.ts';
import type { ForwardRequest } from './forward.ts';
import { HostSession } from './hostSession.ts';
import { type AllowCommand, connector } from './connector.ts';
import type { Memory } from './memory.ts';
import type { Settings } from './settings.ts';
import { type AppState, emptyState, findHost, type ForwardState, type HostState, localPort, newHost } from './state.ts';

export interface SessionsOptions {
  readonly settings: Readable<Settings>;
  readonly prompts: Prompts;
  /** `Match exec` and ProxyCommand run nothing that this has not allowed. */
  readonly allowCommand: AllowCommand;
  readonly onAutoForward: (host: string, forward: ForwardState, attributes: PortAttributes) => void;
  readonly memory: Memory;
  readonly log: Log;
}

/** All hosts and what becomes of them: the commands of the application, and the only writer of its state. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #state = new Store<AppState>(emptyState);
  readonly #hosts = new Map<string, HostSession>();
  /** By host: what a pasted command said besides the destination, as for ssh(1) -o. */
  readonly #commandOptions = new Map<string, readonly string[]>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get state(): Readable<AppState> {
    return this.#state;
  }

  settings(): Settings {
    return this.#options.settings.get();
  }

  /** Reads the SSH configuration again. Hosts that are in use stay. Resolves to the files and folders to keep an eye on. */
  async refreshHosts(signal: AbortSignal): Promise<Pick<HostList, 'files' | 'folders'>> {
    const { configFile } = this.#options.settings.get();
    const { hosts, files, folders, problems } = await listHosts(
      configFile === undefined ? {} : { userFile: configFile },
      signal,
    );
    this.#state.update((state) => {
      const configured = hosts.map(({ name, file, line }): HostState => {
        const source = { kind: 'config', file, line } as const;
        const known = findHost(state, name);
        return known ? { ...known, source } : newHost(name, source);
      });
      const others = state.hosts.filter(
        ({ name, source }) =>
          !hosts.some((host) => host.name === name) && (source.kind === 'typed' || this.#hosts.has(name)),
      );
      return { ...state, hosts: [...configured, ...others], configProblems: problems.map(({ problem }) => problem) };
    });
    return { files, folders };
  }

  /** From the next connection on the host is reached with these, as for ssh(1) -o, on top of its configuration. */
  useOptions(name: string, options: readonly string[]): void {
    this.#commandOptions.set(name, options);
  }

  optionsOf(name: string): readonly string[] {
    return this.#commandOptions.get(name) ?? [];
  }

  connect(name: string, signal: AbortSignal): Promise<void> {
    return this.#session(name).connect(signal);
  }

  async disconnect(name: string): Promise<void> {
    const session = this.#hosts.get(name);
    await session?.disconnect();
  }

  forward(name: string, request: ForwardRequest, signal: AbortSignal): Promise<ForwardState> {
    return this.#session(name).forward(request, signal);
  }

  forwardPort(name: string, port: number, signal: AbortSignal): Promise<ForwardState> {
    return this.#session(name).forwardPort(port, signal);
  }

  async stopForward(name: string, id: string): Promise<void> {
    await this.#hosts.get(name)?.stopForward(id);
  }

  /** What can be done to the forwards of a host that is in use. */
  forwardsOf(name: string): HostSession['forwards'] {
    return this.#session(name).forwards;
  }

  /** The switch: off stops every listener and connection of every host, on brings the same ones back. */
  async setForwarding(isForwarding: boolean): Promise<void> {
    this.#state.update((state) => ({ ...state, isForwarding }));
    await Promise.all([...this.#hosts.values()].map((session) => session.setForwarding(isForwarding)));
  }

  setFocused(isFocused: boolean): void {
    for (const session of this.#hosts.values()) session.setFocused(isFocused);
  }

  /** Looks at once at what listens, and tries at once to reconnect what waits. */
  refresh(): void {
    for (const session of this.#hosts.values()) session.refresh();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((session) => session.close()));
  }

  #session(name: string): HostSession {
    const known = this.#hosts.get(name);
    if (known) return known;
    if (!findHost(this.#state.get(), name)) {
      this.#state.update((state) => ({ ...state, hosts: [...state.hosts, newHost(name, { kind: 'typed' })] }));
    }
    const log = prefixed(this.#options.log, name);
    const session = new HostSession({
      log,
      settings: this.#options.settings,
      open: connector(name, () => this.optionsOf(name), this.#options),
      memory: this.#options.memory,
      read: () => findHost(this.#state.get(), name) ?? newHost(name, { kind: 'typed' }),
      write: (change) =>
        this.#state.update((state) => ({
          ...state,
          hosts: state.hosts.map((host) => (host.name === name ? change(host) : host)),
        })),
      isOwnPort: (port) =>
        this.#state.get().hosts.some((host) => host.forwards.some((forward) => localPort(forward) === port)),
      onAutoForward: (forward, attributes) => this.#options.onAutoForward(name, forward, attributes),
    });
    this.#hosts.set(name, session);
    if (!this.#state.get().isForwarding) void session.setForwarding(false);
    return session;
  }
}
