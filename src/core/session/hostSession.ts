import { isDeepStrictEqual } from 'node:util';
import type { HostConfig } from '../config/hostConfig.ts';
import type { PortPlace } from '../detect/place.ts';
import type { Detection, RemotePort } from '../detect/remotePort.ts';
import type { OpenedConnection } from './link/connector.ts';
import { ChannelsAhead } from './link/channelsAhead.ts';
import { containerReach } from './ports/containerReach.ts';
import { dialer } from './link/dialer.ts';
import { type ForwardRequest, requestFor } from './forwards/forwardRequests.ts';
import { ForwardSet, type ForwardSetOptions } from './forwards/forwardSet.ts';
import { HostLink, type HostLinkOptions } from './link/hostLink.ts';
import { HostRecord, type HostRecordDeps } from './memory/hostRecord.ts';
import { inBackground } from './inBackground.ts';
import { Online } from './online.ts';
import { openRequest, type ProxyDeps } from './forwards/openRequest.ts';
import { roomFor, withinLimit } from './ports/autoForwardLimit.ts';
import { inContainer } from './ports/typedContainer.ts';
import { RemotePorts, type RemotePortsDeps } from './ports/remotePorts.ts';
import type { ForwardState } from './state.ts';

export interface HostSessionOptions
  extends
    RemotePortsDeps,
    ProxyDeps,
    HostRecordDeps,
    Pick<HostLinkOptions, 'open' | 'senses'>,
    Pick<ForwardSetOptions, 'findWindow'> {
  /** Ports that were auto-forwarded when the window was left or the connection failed. */
  readonly expected: () => readonly PortPlace[];
}

/** One host: stays connected, watches its remote ports, forwards, and remembers. */
export class HostSession {
  readonly #options: HostSessionOptions;
  readonly #link: HostLink;
  readonly #forwards: ForwardSet;
  readonly #remotePorts: RemotePorts;
  readonly #ahead: ChannelsAhead;
  readonly #record: HostRecord;
  readonly #closing = new AbortController();
  /** Of the latest connection. */
  #online: Online | undefined;
  #config: HostConfig | undefined;
  #isFocused = true;
  /** The forwards of the configuration and of the last session are in the list. */
  #isRestored = false;

  constructor(options: HostSessionOptions) {
    this.#options = options;
    const { settings, read, write } = options;
    this.#record = new HostRecord(options.memory, read().name);
    this.#link = new HostLink({
      ...options,
      waitMs: () => settings.get().waitForLinkMs,
      onState: (link) => write((host) => ({ ...host, link })),
      onConnection: (opened) => this.#onConnection(opened),
    });
    const reachContainer = containerReach({ read, refresh: () => this.#online?.watch.refresh() });
    const dial = dialer({ link: this.#link, findPort: (port) => this.#remotePorts.find(port), reachContainer });
    this.#ahead = new ChannelsAhead({
      dialer: dial,
      mayOpen: (to) => settings.get().openChannelsAhead && this.#remotePorts.isConcurrent(to),
    });
    this.#forwards = new ForwardSet({
      open: openRequest({ ...options, link: this.#link, dialer: this.#ahead.dialer, rules: () => this.#config }),
      findWindow: options.findWindow,
      shareMs: () => settings.get().expireSharedAfterMs,
      published: () => read().forwards,
      onChange: (forwards) => this.#onForwards(forwards),
    });
    this.#remotePorts = new RemotePorts({
      ...options,
      dialer: dial,
      sshPort: () => this.#config?.port ?? 22,
      open: withinLimit({
        ...options,
        add: (request) => this.#add(request, this.#closing.signal),
        forgetDormant: (id) => this.#forwards.forgetDormant(id),
      }),
      sleep: (id, program) => this.#forwards.sleep(id, program),
      wake: (id) => this.#forwards.resume(id, this.#closing.signal),
    });
  }

  /** @throws UserError<Problem> when the host cannot be reached now */
  async connect(signal: AbortSignal): Promise<void> {
    const { kind } = this.#options.read().link;
    if (kind === 'online') return;
    if (kind === 'idle' || kind === 'failed') this.#remotePorts.begin(this.#options.expected());
    await this.#link.open(signal);
  }

  /**
   * Connects after the window was reloaded: asks nobody, and retries while the network is away.
   *
   * @param ports those that were auto-forwarded
   */
  async resume(ports: readonly PortPlace[]): Promise<void> {
    this.#remotePorts.begin(ports);
    await this.#link.resume();
  }

  /** Ends the connection and its forwards. Forwards that the user made come back with the next connection. */
  async disconnect(): Promise<void> {
    this.#isRestored = false;
    await this.#link.close(async () => {
      await this.#online?.close();
      await this.#forwards.clear();
      this.#remotePorts.clear();
    });
  }

  /** Connects first if need be. Settles when the forward accepts connections. */
  async forward(typed: ForwardRequest, signal: AbortSignal): Promise<ForwardState> {
    await this.connect(signal);
    const request = await inContainer(typed, this.#options.read, signal);
    const forward = await this.#add(request, signal);
    if (request.origin === 'user' && request.remotePort !== undefined) {
      this.#run(this.#remotePorts.onForwarded(request.remotePort));
    }
    return forward;
  }

  /** The user asks what listens at a remote port. */
  ask(port: PortPlace): Promise<void> {
    return this.#remotePorts.ask(port);
  }

  /** Forwards a remote port, to the same local port if that is free. */
  forwardPort(port: PortPlace, signal: AbortSignal): Promise<ForwardState> {
    this.#remotePorts.accept(port);
    return this.forward({ ...requestFor(port, 'user'), ...this.#remotePorts.wishes(port) }, signal);
  }

  async stopForward(id: string): Promise<void> {
    const { origin, remotePort } = this.#options.read().forwards.find((each) => each.id === id) ?? {};
    if (origin === 'auto' && remotePort !== undefined) this.#remotePorts.decline(remotePort);
    await this.#forwards.remove(id);
  }

  get forwards(): Omit<ForwardSet, 'add' | 'attach' | 'clear' | 'close' | 'sleep' | 'switch'> {
    return this.#forwards;
  }

  setForwarding(isOn: boolean): Promise<void> {
    return this.#forwards.switch(isOn);
  }

  setFocused(isFocused: boolean): void {
    this.#isFocused = isFocused;
    this.#online?.watch.setFocused(isFocused);
    if (!isFocused) return;
    this.#link.wake();
    this.#save();
  }

  ping(signal: AbortSignal): Promise<number | undefined> {
    return this.#link.ping(signal);
  }

  refresh(): void {
    this.#online?.watch.refresh();
    this.#link.wake();
  }

  /** Closes in parallel: the end of the link ends its remote listeners too, so the server's answers are not awaited. */
  async close(): Promise<void> {
    this.#save();
    this.#closing.abort();
    await Promise.all([this.#forwards.close(), this.#link.close(), this.#online?.close(), this.#record.flush()]);
  }

  #add(request: ForwardRequest, signal: AbortSignal): Promise<ForwardState> {
    return this.#forwards.add(this.#record.withChoices(request), signal);
  }

  #onConnection({ connection, config }: OpenedConnection): void {
    const { write, log } = this.#options;
    const { method: rememberedMethod } = this.#record;
    this.#config = config;
    this.#ahead.clear();
    this.#remotePorts.onConnection();
    write(({ publicUrl: _old, ...host }) => ({ ...host, detection: { kind: 'starting' } }));
    this.#online = new Online({
      connection,
      log,
      ...(rememberedMethod !== undefined && { rememberedMethod }),
      seesContainers: () => this.#options.settings.get().containers === 'on',
      onListing: (...news) => this.#onListing(...news),
    });
    this.#online.watch.setFocused(this.#isFocused);
    if (this.#isRestored) void this.#forwards.attach(this.#link.listenRemote, this.#online.signal);
    else this.#restore(config);
    this.#isRestored = true;
    this.#save();
  }

  #restore(config: HostConfig): void {
    const wanted = this.#record.wanted(config, this.#options.settings.get().startConfigForwards);
    for (const request of wanted) this.#run(this.#add(request, this.#closing.signal));
  }

  #onForwards(forwards: readonly ForwardState[]): void {
    this.#options.write(({ unlistedPorts: _old, isAutoForwardFull, ...host }) => ({
      ...host,
      forwards,
      ...this.#remotePorts.unlisted(forwards),
      ...(isAutoForwardFull && roomFor(forwards).kind === 'full' && { isAutoForwardFull }),
    }));
    this.#listenForPublicUrl();
    this.#record.noteForwards(forwards);
    this.#save();
  }

  #onListing(listing: readonly RemotePort[], detection: Detection, signal: AbortSignal): void {
    if (!isDeepStrictEqual(detection, this.#options.read().detection)) {
      this.#options.write((host) => ({ ...host, detection }));
    }
    if (detection.kind === 'watching') {
      this.#remotePorts.update(listing, signal);
      if (detection.method !== this.#record.method) this.#save();
      return;
    }
    this.#listenForPublicUrl();
    const isSilent = detection.kind === 'unavailable' && detection.reason === 'timeout';
    if (isSilent) this.#run(this.#link.liveness.doubt('watch'));
  }

  #listenForPublicUrl(): void {
    const { read, write } = this.#options;
    this.#online?.listenForPublicUrl(read(), (publicUrl) => write((host) => ({ ...host, publicUrl })));
  }

  #save(): void {
    // Forwards that end with the host or the window are still wanted.
    if (this.#isRestored && !this.#closing.signal.aborted) this.#run(this.#record.save(this.#options.read()));
  }

  #run(job: Promise<unknown>): void {
    inBackground(job, this.#options.log, this.#closing.signal);
  }
}
