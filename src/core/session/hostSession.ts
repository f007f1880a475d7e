import type { Log } from '../../base/log.ts';
import { Scope } from '../../base/scope.ts';
import type { Readable } from '../../base/store.ts';
import { delay } from '../../base/delay.ts';
import { errorText } from '../../base/userError.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import { dialAddress } from '../detect/dialAddress.ts';
import { identify } from '../detect/identify/identify.ts';
import type { Detection, Listener } from '../detect/listener.ts';
import { type ListenerWatch, watchListeners } from '../detect/watch.ts';
import type { Dial } from '../forward/dial.ts';
import { type ForwardRules, openForward } from '../forward/open.ts';
import { decide } from '../policy/autoForward.ts';
import type { PortAttributes } from '../policy/portRules.ts';
import type { ForwardRequest, OpenSpec } from './forward.ts';
import { ForwardSet } from './forwardSet.ts';
import { Link, type OpenConnection, type Opened } from './link.ts';
import { type Memory, recall, remember } from './memory.ts';
import { requestFor, servedPort } from './forwardRequests.ts';
import type { Settings } from './settings.ts';
import { type ForwardState, type HostState, localPort, type SeenListener } from './state.ts';

export interface HostSessionOptions {
  readonly open: OpenConnection;
  readonly settings: Readable<Settings>;
  readonly memory: Memory;
  readonly log: Log;
  readonly read: () => HostState;
  readonly write: (change: (host: HostState) => HostState) => void;
  /** A local port at which some forward of this process listens, of whatever host. */
  readonly isOwnPort: (port: number) => boolean;
  /** A forward that came up by itself. */
  readonly onAutoForward: (forward: ForwardState, attributes: PortAttributes) => void;
}

/** Before the configuration was read. */
const noRules: ForwardRules = {
  gatewayPorts: false,
  streamLocalBindUnlink: false,
  streamLocalBindMask: 0o177,
  permitRemoteOpen: [],
};

/** One host's life: stays connected, watches what listens there, forwards, and remembers. */
export class HostSession {
  readonly #options: HostSessionOptions;
  readonly #link: Link;
  readonly #forwards: ForwardSet;
  readonly #closing = new AbortController();
  /** Everything that belongs to the present connection. */
  #online = new Scope();
  #watch: ListenerWatch | undefined;
  /** The next listing is the first since the user connected: what it shows was there before. */
  #isFirstListing = true;
  #isFocused = true;
  /** The forwards of the configuration and of the last time are there. */
  #isRestored = false;
  #config: HostConfig | undefined;
  #localPorts: Record<number, number>;
  /** Ports whose auto-forward the user has stopped: not forwarded by itself again in this session. */
  readonly #declined = new Set<number>();

  constructor(options: HostSessionOptions) {
    this.#options = options;
    this.#localPorts = { ...recall(options.memory, options.read().name).localPorts };
    this.#link = new Link({
      open: options.open,
      log: options.log,
      waitMs: () => options.settings.get().waitForLinkMs,
      onState: (link) => options.write((host) => ({ ...host, link })),
      onConnection: (opened) => this.#onConnection(opened),
    });
    this.#forwards = new ForwardSet({
      open: (spec, onTrouble, signal) => this.#openForward(spec, onTrouble, signal),
      log: options.log,
      shareMs: () => options.settings.get().expireSharedAfterMs,
      onChange: (forwards) => this.#onForwards(forwards),
    });
  }

  /** Rejects with a `UserError` when the host is not to be had now. */
  async connect(signal: AbortSignal): Promise<void> {
    const { kind } = this.#options.read().link;
    if (kind === 'online') return;
    if (kind === 'idle' || kind === 'failed') this.#isFirstListing = true;
    await this.#link.open(signal);
  }

  /** Ends the connection and its forwards. What the user made by hand comes back with the next connection. */
  async disconnect(): Promise<void> {
    this.#isRestored = false;
    await this.#link.close();
    await this.#online.close();
    await this.#forwards.clear();
    this.#declined.clear();
    this.#options.write((host) => ({ ...host, listeners: [], detection: { kind: 'off' } }));
  }

  /** Connects first if need be. Settles when the forward accepts connections. */
  async forward(request: ForwardRequest, signal: AbortSignal): Promise<ForwardState> {
    await this.connect(signal);
    const lastPort = request.remotePort === undefined ? undefined : this.#localPorts[request.remotePort];
    return this.#forwards.add({ ...(lastPort !== undefined && { lastPort }), ...request }, signal);
  }

  /** Forwards what listens at a port of the remote, to the same local port if that is to be had. */
  forwardPort(port: number, signal: AbortSignal): Promise<ForwardState> {
    this.#declined.delete(port);
    return this.forward(requestFor(port, 'user'), signal);
  }

  async stopForward(id: string): Promise<void> {
    const forward = this.#options.read().forwards.find((each) => each.id === id);
    if (forward?.origin === 'auto' && forward.remotePort !== undefined) this.#declined.add(forward.remotePort);
    await this.#forwards.remove(id);
  }

  get forwards(): Pick<ForwardSet, 'pause' | 'resume' | 'move' | 'share' | 'extend' | 'relabel'> {
    return this.#forwards;
  }

  setForwarding(isOn: boolean): Promise<void> {
    return this.#forwards.switch(isOn);
  }

  setFocused(isFocused: boolean): void {
    this.#isFocused = isFocused;
    this.#watch?.setFocused(isFocused);
    if (isFocused) this.#link.wake();
  }

  refresh(): void {
    this.#watch?.refresh();
    this.#link.wake();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#forwards.close();
    await this.#link.close();
    await this.#online.close();
  }

  #openForward(...[spec, onTrouble, signal]: Parameters<OpenSpec>): ReturnType<OpenSpec> {
    const dial: Dial = async (to, dialSignal) => {
      const stream = await this.#dial(to, dialSignal);
      onTrouble(undefined);
      return stream;
    };
    const { listenRemote } = this.#link;
    return openForward(spec, { rules: this.#config ?? noRules, dial, listenRemote, onProblem: onTrouble }, signal);
  }

  /** `localhost` is dialled in the address family in which the port really listens there. */
  readonly #dial: Dial = (to, signal) => {
    const listener = to.kind === 'tcp' && to.host === 'localhost' ? this.#find(to.port)?.listener : undefined;
    return this.#link.dial(listener && to.kind === 'tcp' ? { ...to, host: dialAddress(listener) } : to, signal);
  };

  #onConnection({ connection, config }: Opened): void {
    const online = new Scope();
    this.#online = online;
    void connection.closed.then(() => online.close());
    const ended = new AbortController();
    online.defer(() => ended.abort());
    this.#options.write((host) => ({ ...host, detection: { kind: 'starting' } }));
    const watch = watchListeners(
      {
        exec: connection.exec,
        onListeners: (listeners, detection) => this.#onListeners(listeners, detection, ended.signal),
      },
      ended.signal,
    );
    online.add(watch);
    watch.setFocused(this.#isFocused);
    this.#watch = watch;
    this.#config = config;
    if (this.#isRestored) void this.#forwards.attach(connection.listenRemote, ended.signal);
    else this.#restore(config);
    this.#isRestored = true;
  }

  /** Forwards of the configuration, and what the user had the last time. */
  #restore(config: HostConfig): void {
    const isPaused = !this.#options.settings.get().startConfigForwards;
    const configured = config.forwards.map((spec): ForwardRequest => ({
      spec,
      origin: 'config',
      localPort: 'exact',
      isPaused,
      ...servedPort(spec),
    }));
    const { forwards } = recall(this.#options.memory, config.name);
    const saved = forwards.map((each): ForwardRequest => ({ ...each, origin: 'user', localPort: 'near' }));
    const known = new Set(config.forwards.map((spec) => JSON.stringify(spec)));
    for (const request of [...configured, ...saved.filter(({ spec }) => !known.has(JSON.stringify(spec)))]) {
      this.#run(this.forward(request, this.#closing.signal));
    }
  }

  #onForwards(forwards: readonly ForwardState[]): void {
    this.#options.write((host) => ({ ...host, forwards }));
    for (const forward of forwards) {
      const port = localPort(forward);
      if (port !== undefined && forward.remotePort !== undefined) this.#localPorts[forward.remotePort] = port;
    }
    // What ends because the host or the window is left is still wanted.
    if (this.#isRestored && !this.#closing.signal.aborted) {
      this.#run(remember(this.#options.memory, this.#options.read().name, forwards, this.#localPorts));
    }
  }

  #onListeners(listing: readonly Listener[], detection: Detection, signal: AbortSignal): void {
    if (signal.aborted) return;
    const before = this.#options.read();
    const isFirst = this.#isFirstListing;
    if (detection.kind === 'watching') this.#isFirstListing = false;
    const fresh: SeenListener[] = [];
    const listeners = listing
      .filter((listener) => !this.#isOwn(listener))
      .map((listener) => {
        const known = before.listeners.find((seen) => seen.listener.port === listener.port);
        if (known && isSameServer(known.listener, listener)) return { ...known, listener };
        const seen: SeenListener = { listener, wasThere: isFirst, seenAt: Date.now() };
        fresh.push(seen);
        return seen;
      });
    this.#options.write((host) => ({ ...host, listeners, detection }));
    for (const { listener } of before.listeners) {
      if (!listeners.some((seen) => seen.listener.port === listener.port)) this.#run(this.#onGone(listener.port));
    }
    for (const seen of fresh) this.#run(this.#onNew(seen, signal));
  }

  /** Asks a new server what it is, then does what the rules say. */
  async #onNew(seen: SeenListener, signal: AbortSignal): Promise<void> {
    const { listener } = seen;
    const probe = this.#options.settings.get().identifyServers;
    const identity = await identify({ listener, dial: this.#link.dial, probe }, signal);
    if (signal.aborted || this.#find(listener.port) === undefined) return;
    this.#options.write((host) => ({
      ...host,
      listeners: host.listeners.map((each) => (each.listener.port === listener.port ? { ...each, identity } : each)),
    }));
    const place = this.#options.read().forwards.find((each) => each.remotePort === listener.port);
    if (place?.status.kind === 'dormant') await this.#forwards.resume(place.id, this.#closing.signal);
    if (!place && !this.#declined.has(listener.port)) await this.#autoForward({ ...seen, identity }, signal);
  }

  async #autoForward(seen: SeenListener, signal: AbortSignal): Promise<void> {
    const { autoForward: mode, forwardExisting, portRules: rules } = this.#options.settings.get();
    const { port } = seen.listener;
    const decision = decide(
      { ...seen, seenAtMs: seen.seenAt },
      { mode, forwardExisting, rules, sshPort: this.#config?.port ?? 22 },
      Date.now(),
    );
    switch (decision.kind) {
      case 'wait':
        await delay(decision.untilMs - Date.now(), signal);
        if (this.#find(port)) await this.#autoForward(seen, signal);
        return;
      case 'forward': {
        const { label, requireLocalPort } = decision.attributes;
        const request = requestFor(port, 'auto', label);
        const forward = await this.forward(
          { ...request, localPort: requireLocalPort ? 'exact' : 'near' },
          this.#closing.signal,
        );
        if (forward.status.kind === 'listening') this.#options.onAutoForward(forward, decision.attributes);
        return;
      }
      case 'ignore':
      case 'stopAccepting':
        this.#options.log.debug(
          `port ${port} is not forwarded by itself: ${decision.kind === 'ignore' ? decision.why : ''}`,
        );
    }
  }

  async #onGone(port: number): Promise<void> {
    for (const forward of this.#options.read().forwards) {
      if (forward.remotePort === port && forward.origin === 'auto') await this.#forwards.sleep(forward.id);
    }
  }

  /** Nobody waits for these: what goes wrong is in the state already, or worth a line in the log. */
  #run(job: PromiseLike<unknown>): void {
    Promise.resolve(job).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) this.#options.log.debug(`given up: ${errorText(error)}`);
    });
  }

  #find(port: number): SeenListener | undefined {
    return this.#options.read().listeners.find(({ listener }) => listener.port === port);
  }

  /** A remote may be this very machine: what we opened ourselves is not news, and forwarding it would never end. */
  #isOwn({ port, process: owner }: Listener): boolean {
    return owner?.pid === process.pid && this.#options.isOwnPort(port);
  }
}

/** The same start of the same server, as far as the remote tells. */
function isSameServer(before: Listener, after: Listener): boolean {
  if (before.socketId !== undefined && after.socketId !== undefined) return before.socketId === after.socketId;
  return before.process === undefined || after.process === undefined || before.process.pid === after.process.pid;
}
