import { boundedLog } from '../../base/boundedLog.ts';
import { within } from '../../base/delay.ts';
import { type Readable, Store } from '../../base/store.ts';
import { type HostList, listHosts } from '../config/hosts.ts';
import type { PortPlace } from '../detect/place.ts';
import type { Problem } from '../problem.ts';
import type { ForwardRequest } from './forwards/forwardRequests.ts';
import { ConnectedHosts } from './memory/connected.ts';
import { hostOfSessions } from './hostOfSessions.ts';
import type { HostSession } from './hostSession.ts';
import { forgetUnused, type Memory, shortMemory } from './memory/memory.ts';
import type { Settings } from './settings.ts';
import { withListed } from './listedHosts.ts';
import { Windows } from './memory/windows.ts';
import type { SessionsOptions } from './sessionsOptions.ts';
import { type AppState, emptyState, findHost, type ForwardState, isActive, newHost } from './state.ts';

/** The editor waits this long at most for an extension to end. */
const closeMs = 1800;
/** How long questions wait for hosts that are still connecting in the background. */
const restoreMs = 5000;
/** Failures of a background login that a person can mend at once. */
const mendable: ReadonlySet<Problem['code']> = new Set<Problem['code']>([
  'loginNeeded',
  'hostKeyUnknown',
  'commandNotAllowed',
]);

const switchKey = 'isForwarding';

/** All hosts: the commands of the application, and the only writer of its state. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #state: Store<AppState>;
  readonly #windowMemory: Memory;
  readonly #connected: ConnectedHosts;
  readonly #windows: Windows | undefined;
  readonly #hosts = new Map<string, HostSession>();
  /** By host: the options of the pasted command, as for ssh(1) -o. */
  readonly #commandOptions = new Map<string, readonly string[]>();

  constructor(options: SessionsOptions) {
    this.#options = { ...options, log: boundedLog(options.log) };
    this.#windowMemory = options.windowMemory ?? shortMemory();
    this.#connected = new ConnectedHosts(this.#windowMemory, Date.now());
    const isForwarding = this.#windowMemory.get(switchKey) !== false;
    this.#state = new Store({ ...emptyState, isForwarding, windowHosts: this.#connected.names() });
    this.#windows = options.windowFolder
      ? new Windows(options.windowFolder, this.#state, this.#options.log)
      : undefined;
    void this.#windows?.open();
  }

  get state(): Readable<AppState> {
    return this.#state;
  }

  settings(): Settings {
    return this.#options.settings.get();
  }

  /** Reads the SSH configuration again. Hosts that are in use stay. Resolves to the files and folders to watch. */
  async refreshHosts(signal: AbortSignal): Promise<Pick<HostList, 'files' | 'folders'>> {
    const { configFile } = this.#options.settings.get();
    const list = await listHosts(configFile === undefined ? {} : { userFile: configFile }, signal);
    this.#state.update((state) => withListed(state, list));
    return list;
  }

  /** Adds options, as for ssh(1) -o, to a host's configuration from its next connection on. */
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
    await this.#hosts.get(name)?.disconnect();
    await this.#forget(name);
  }

  /** Hosts that this window was connected to before it was reloaded, and is not now. */
  left(): readonly string[] {
    const active = new Set(
      this.#state
        .get()
        .hosts.filter(isActive)
        .map(({ name }) => name),
    );
    return this.#connected.names().filter((name) => !active.has(name));
  }

  /**
   * Connects to those hosts again (`left`), or to some of them, with their forwards, and asks nobody. If a person waits
   * (`attended`), hosts whose login needs an answer then ask, one after the other; else the state says so.
   */
  async restore(
    names: 'left' | readonly string[],
    attended: 'attended' | 'background',
    signal: AbortSignal,
  ): Promise<void> {
    await forgetUnused(this.#options.memory, Date.now());
    const left = this.left().filter((name) => names === 'left' || names.includes(name));
    const hosts = this.#connected.all().filter(({ name }) => left.includes(name));
    const resumed = hosts.map(({ name, options, autoForwarded }) => {
      if (options.length > 0) this.useOptions(name, options);
      return this.#session(name).resume(autoForwarded);
    });
    await within(restoreMs, Promise.all(resumed));
    if (attended === 'background') return;
    for (const { name } of hosts) {
      const link = findHost(this.#state.get(), name)?.link;
      if (signal.aborted || link?.kind !== 'failed' || !mendable.has(link.why.code)) continue;
      await this.connect(name, signal).catch(() => undefined); // the state says why
    }
  }

  async forgetLeft(): Promise<void> {
    for (const name of this.left()) await this.#forget(name);
  }

  forward(name: string, request: ForwardRequest, signal: AbortSignal): Promise<ForwardState> {
    return this.#session(name).forward(request, signal);
  }

  forwardPort(name: string, port: PortPlace, signal: AbortSignal): Promise<ForwardState> {
    return this.#session(name).forwardPort(port, signal);
  }

  async askProgram(name: string, port: PortPlace): Promise<void> {
    await this.#hosts.get(name)?.ask(port);
  }

  async stopForward(name: string, id: string): Promise<void> {
    await this.#hosts.get(name)?.stopForward(id);
  }

  /** The commands for the forwards of a host that is in use. */
  forwardsOf(name: string): HostSession['forwards'] {
    return this.#session(name).forwards;
  }

  /** Off stops every listener and connection of every host; on brings the same ones back. */
  async setForwarding(isForwarding: boolean): Promise<void> {
    this.#state.update((state) => ({ ...state, isForwarding }));
    await this.#windowMemory.update(switchKey, isForwarding);
    await Promise.all([...this.#hosts.values()].map((session) => session.setForwarding(isForwarding)));
  }

  setFocused(isFocused: boolean): void {
    for (const session of this.#hosts.values()) session.setFocused(isFocused);
  }

  /** One round trip to a host, in milliseconds; undefined while it is away. Rejects when the connection is lost meanwhile. */
  async ping(name: string, signal: AbortSignal): Promise<number | undefined> {
    return this.#hosts.get(name)?.ping(signal);
  }

  /** Lists remote ports at once, and ends the pauses before reconnects. */
  refresh(): void {
    for (const session of this.#hosts.values()) session.refresh();
  }

  /** Ends all sessions and remembers them. Settles within two seconds, whatever a server or a network does. */
  async close(): Promise<void> {
    const saved = this.#connected.close(Date.now());
    const closed = Promise.all([saved, ...[...this.#hosts.values()].map((session) => session.close())]);
    if (!(await within(closeMs, closed)))
      this.#options.log.warn('closed without waiting for servers that do not answer');
    this.#windows?.close();
  }

  async #forget(name: string): Promise<void> {
    const forgotten = this.#connected.forget(name);
    this.#showConnected();
    await forgotten;
  }

  #showConnected(): void {
    const windowHosts = this.#connected.names();
    if (windowHosts.join('\n') === this.#state.get().windowHosts.join('\n')) return;
    this.#state.update((state) => ({ ...state, windowHosts }));
  }

  #session(name: string): HostSession {
    const known = this.#hosts.get(name);
    if (known) return known;
    if (!findHost(this.#state.get(), name)) {
      this.#state.update((state) => ({ ...state, hosts: [...state.hosts, newHost(name, { kind: 'typed' })] }));
    }
    const session = hostOfSessions(name, {
      ...this.#options,
      state: this.#state,
      connected: this.#connected,
      windows: this.#windows,
      optionsOf: (host) => this.optionsOf(host),
      onConnected: () => this.#showConnected(),
    });
    this.#hosts.set(name, session);
    if (!this.#state.get().isForwarding) void session.setForwarding(false);
    return session;
  }
}
