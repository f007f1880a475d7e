import { setMaxListeners } from 'node:events';
import type { Log } from '../../base/log.ts';
import { Queue } from '../../base/queue.ts';
import { Scope } from '../../base/scope.ts';
import type { Readable } from '../../base/store.ts';
import { errorText, UserError } from '../../base/userError.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import { dialAddress } from '../detect/dialAddress.ts';
import type { Exec } from '../detect/exec.ts';
import type { Detection, RemotePort } from '../detect/remotePort.ts';
import { type PortWatch, watchPorts } from '../detect/watch.ts';
import type { Dial } from '../forward/dial.ts';
import type { Credentials } from '../forward/socks.ts';
import { type ForwardRules, openForward } from '../forward/open.ts';
import type { PortAttributes } from '../policy/portRules.ts';
import type { Problem } from '../problem.ts';
import type { ForwardDeps, ForwardRequest, OpenSpec } from './forward.ts';
import { ForwardSet } from './forwardSet.ts';
import { HostLink, type OpenConnection, type OpenedConnection } from './hostLink.ts';
import { RemotePorts } from './remotePorts.ts';
import { type Memory, recall, remember } from './memory.ts';
import type { NetworkSenses } from './networkEvents.ts';
import { requestFor } from './forwardRequests.ts';
import { listenForPublicUrl } from './publicUrl.ts';
import type { Settings } from './settings.ts';
import { type ForwardState, type HostState, localPort } from './state.ts';
import { wantedForwards } from './wantedForwards.ts';

export interface HostSessionOptions {
  readonly open: OpenConnection;
  readonly settings: Pick<Readable<Settings>, 'get'>;
  readonly memory: Memory;
  readonly senses: NetworkSenses;
  readonly findWindow: ForwardDeps['findWindow'];
  readonly proxyPassword: () => Promise<Credentials | undefined>;
  readonly log: Log;
  readonly read: () => HostState;
  readonly write: (change: (host: HostState) => HostState) => void;
  /** A local port at which some forward of this process listens, of whatever host. */
  readonly isOwnPort: (port: number) => boolean;
  /** Ports that were forwarded by themselves when the window was left, or the link failed. */
  readonly expected: () => readonly number[];
  /** A forward that came up by itself. */
  readonly onAutoForward: (forward: ForwardState, attributes: PortAttributes) => void;
}

/** Before the configuration was read. */
const noRules: ForwardRules = {
  streamLocalBindUnlink: false,
  streamLocalBindMask: 0o177,
  permitRemoteOpen: [],
};

/** One host's life: stays connected, watches what listens there, forwards, and remembers. */
export class HostSession {
  readonly #options: HostSessionOptions;
  readonly #link: HostLink;
  readonly #forwards: ForwardSet;
  readonly #listening: RemotePorts;
  readonly #closing = new AbortController();
  /** Everything that belongs to the present connection. */
  #online = new Scope();
  #watch: PortWatch | undefined;
  /** How to open a session on the present connection, and whether one is being listened to. */
  #session: { readonly exec: Exec; readonly signal: AbortSignal; isHeard: boolean } | undefined;
  #isFocused = true;
  /** The forwards of the configuration and of the last time are there. */
  #isRestored = false;
  readonly #saving = new Queue();
  #config: HostConfig | undefined;
  #localPorts: Record<number, number>;
  #method: string | undefined;

  constructor(options: HostSessionOptions) {
    this.#options = options;
    const { localPorts, method } = recall(options.memory, options.read().name);
    this.#localPorts = { ...localPorts };
    this.#method = method;
    this.#link = new HostLink({
      open: options.open,
      log: options.log,
      senses: options.senses,
      waitMs: () => options.settings.get().waitForLinkMs,
      onState: (link) => options.write((host) => ({ ...host, link })),
      onConnection: (opened) => this.#onConnection(opened),
    });
    this.#forwards = new ForwardSet({
      open: (request, onTrouble, signal) => this.#openForward(request, onTrouble, signal),
      findWindow: options.findWindow,
      shareMs: () => options.settings.get().expireSharedAfterMs,
      onChange: (forwards) => this.#onForwards(forwards),
    });
    this.#listening = new RemotePorts({
      ...options,
      dial: this.#link.dial,
      sshPort: () => this.#config?.port ?? 22,
      forward: (request) => this.#add(request, this.#closing.signal),
      sleep: (id, server) => this.#forwards.sleep(id, server),
      wake: (id) => this.#forwards.resume(id, this.#closing.signal),
    });
  }

  /** Rejects with a `UserError` when the host is not to be had now. */
  async connect(signal: AbortSignal): Promise<void> {
    const { kind } = this.#options.read().link;
    if (kind === 'online') return;
    if (kind === 'idle' || kind === 'failed') this.#listening.begin(this.#options.expected());
    await this.#link.open(signal);
  }

  /**
   * Comes back after the window was loaded again: asks nobody, and goes on trying while the network is away.
   *
   * @param ports those that were forwarded by themselves
   */
  async resume(ports: readonly number[]): Promise<void> {
    this.#listening.begin(ports);
    await this.#link.resume();
  }

  /** Ends the connection and its forwards. What the user made by hand comes back with the next connection. */
  async disconnect(): Promise<void> {
    this.#isRestored = false;
    await this.#link.close(async () => {
      await this.#online.close();
      await this.#forwards.clear();
      this.#listening.forgetDeclined();
      this.#options.write((host) => ({ ...host, remotePorts: [], detection: { kind: 'off' } }));
    });
  }

  /** Connects first if need be. Settles when the forward accepts connections. */
  async forward(request: ForwardRequest, signal: AbortSignal): Promise<ForwardState> {
    await this.connect(signal);
    return this.#add(request, signal);
  }

  #add(request: ForwardRequest, signal: AbortSignal): Promise<ForwardState> {
    // What somebody named a local port for has that port, whatever served the same remote port before.
    const { remotePort, localPort: wanted } = request;
    const lastPort = remotePort === undefined || wanted === 'exact' ? undefined : this.#localPorts[remotePort];
    return this.#forwards.add({ ...(lastPort !== undefined && { lastPort }), ...request }, signal);
  }

  /** Forwards what listens at a port of the remote, to the same local port if that is to be had. */
  forwardPort(port: number, signal: AbortSignal): Promise<ForwardState> {
    this.#listening.accept(port);
    return this.forward({ ...requestFor(port, 'user'), ...this.#listening.wishes(port) }, signal);
  }

  async stopForward(id: string): Promise<void> {
    const forward = this.#options.read().forwards.find((each) => each.id === id);
    if (forward?.origin === 'auto' && forward.remotePort !== undefined) this.#listening.decline(forward.remotePort);
    await this.#forwards.remove(id);
  }

  get forwards(): Pick<
    ForwardSet,
    'pause' | 'resume' | 'move' | 'share' | 'protect' | 'extend' | 'relabel' | 'remove'
  > {
    return this.#forwards;
  }

  setForwarding(isOn: boolean): Promise<void> {
    return this.#forwards.switch(isOn);
  }

  setFocused(isFocused: boolean): void {
    this.#isFocused = isFocused;
    this.#watch?.setFocused(isFocused);
    if (!isFocused) return;
    this.#link.wake();
    this.#save();
  }

  ping(signal: AbortSignal): Promise<number | undefined> {
    return this.#link.ping(signal);
  }

  refresh(): void {
    this.#watch?.refresh();
    this.#link.wake();
  }

  /** All at once: what a forward would tell a server that does not answer goes without saying when the link ends. */
  async close(): Promise<void> {
    this.#save();
    this.#closing.abort();
    await Promise.all([
      this.#forwards.close(),
      this.#link.close(),
      this.#online.close(),
      this.#saving.run(async () => undefined),
    ]);
  }

  async #openForward(...[{ spec, isProtected }, tell, signal]: Parameters<OpenSpec>): ReturnType<OpenSpec> {
    const credentials = isProtected ? await this.#options.proxyPassword() : undefined;
    // Never open to all because the password is not to be had.
    if (isProtected && !credentials) throw new UserError<Problem>({ code: 'proxyPasswordMissing' });
    const onTrouble = (trouble: Problem | undefined): void => tell(trouble && this.#explain(trouble));
    const dial: Dial = async (to, dialSignal) => {
      const stream = await this.#dial(to, dialSignal);
      onTrouble(undefined);
      return stream;
    };
    const { listenRemote } = this.#link;
    const rules = this.#config ?? noRules;
    const options = { rules, dial, listenRemote, onProblem: onTrouble, ...(credentials && { credentials }) };
    return openForward(spec, options, signal);
  }

  /** A link that only the user can bring back is away for the reason that the host shows. */
  #explain(trouble: Problem): Problem {
    const { link } = this.#options.read();
    return trouble.code === 'linkLost' && link.kind === 'failed' ? link.why : trouble;
  }

  /** `localhost` is dialled in the address family in which the port really listens there. */
  readonly #dial: Dial = (to, signal) => {
    const listener = to.kind === 'tcp' && to.host === 'localhost' ? this.#listening.find(to.port) : undefined;
    return this.#link.dial(listener && to.kind === 'tcp' ? { ...to, host: dialAddress(listener) } : to, signal);
  };

  #onConnection({ connection, config }: OpenedConnection): void {
    const online = new Scope();
    this.#online = online;
    void connection.closed.then(() => online.close());
    const ended = new AbortController();
    setMaxListeners(0, ended.signal); // every listener that is new may wait for it
    online.defer(() => ended.abort());
    this.#listening.linkIsUp();
    this.#options.write(({ publicUrl: _old, ...host }) => ({ ...host, detection: { kind: 'starting' } }));
    const watch = watchPorts(
      {
        exec: connection.exec,
        ...(this.#method !== undefined && { rememberedMethod: this.#method }),
        onListeners: (listeners, detection) => this.#onListeners(listeners, detection, ended.signal),
      },
      ended.signal,
    );
    online.add(watch);
    this.#session = { exec: connection.exec, signal: ended.signal, isHeard: false };
    watch.setFocused(this.#isFocused);
    this.#watch = watch;
    this.#config = config;
    if (this.#isRestored) void this.#forwards.attach(this.#link.listenRemote, ended.signal);
    else this.#restore(config);
    this.#isRestored = true;
    this.#save();
  }

  #restore(config: HostConfig): void {
    const { forwards } = recall(this.#options.memory, this.#options.read().name);
    const { startConfigForwards } = this.#options.settings.get();
    for (const request of wantedForwards(config, forwards, startConfigForwards)) {
      this.#run(this.#add(request, this.#closing.signal));
    }
  }

  #onForwards(forwards: readonly ForwardState[]): void {
    this.#options.write((host) => ({ ...host, forwards }));
    this.#listenToSession();
    for (const forward of forwards) {
      const port = localPort(forward);
      if (port !== undefined && forward.remotePort !== undefined) this.#localPorts[forward.remotePort] = port;
    }
    this.#save();
  }

  /** A login without a shell may be a service that gives a -R forward a public address, and prints it. */
  #listenToSession(): void {
    const { detection, forwards } = this.#options.read();
    const session = this.#session;
    const isService = detection.kind === 'unavailable' && detection.reason === 'noShell';
    const hasRemote = forwards.some(({ spec, status }) => spec.kind === 'remote' && status.kind === 'open');
    if (!session || session.isHeard || !isService || !hasRemote) return;
    session.isHeard = true;
    const onUrl = (publicUrl: string): void => this.#options.write((host) => ({ ...host, publicUrl }));
    this.#run(listenForPublicUrl(session.exec, onUrl, session.signal));
  }

  #save(): void {
    // What ends because the host or the window is left is still wanted.
    if (!this.#isRestored || this.#closing.signal.aborted) return;
    const { name, forwards, detection } = this.#options.read();
    if (detection.kind === 'watching') this.#method = detection.method;
    const seen = { localPorts: { ...this.#localPorts }, ...(this.#method !== undefined && { method: this.#method }) };
    this.#run(this.#saving.run(() => remember(this.#options.memory, name, forwards, seen)));
  }

  #onListeners(listing: readonly RemotePort[], detection: Detection, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#options.write((host) => ({ ...host, detection }));
    if (detection.kind === 'watching') {
      this.#listening.update(listing, signal);
      if (detection.method !== this.#method) this.#save();
      return;
    }
    this.#listenToSession();
    const isSilent = detection.kind === 'unavailable' && detection.reason === 'timeout';
    if (isSilent) this.#run(this.#link.doubt('the watch got no answer'));
  }

  /** Nobody waits for these: what goes wrong is in the state already, or worth a line in the log. */
  #run(job: PromiseLike<unknown>): void {
    Promise.resolve(job).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) this.#options.log.debug(`given up: ${errorText(error)}`);
    });
  }
}
