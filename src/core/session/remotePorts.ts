import { delay } from '../../base/delay.ts';
import type { Log } from '../../base/log.ts';
import type { Readable } from '../../base/store.ts';
import { errorText, isProblem } from '../../base/userError.ts';
import type { Program } from '../detect/identify/program.ts';
import { identify } from '../detect/identify/identify.ts';
import type { RemotePort } from '../detect/remotePort.ts';
import type { Dial, DialProblem } from '../forward/dial.ts';
import { decide, ruleSubject, settlingMs } from '../policy/autoForward.ts';
import { wantsOpening } from '../policy/notices.ts';
import { attributesFor, type PortAttributes } from '../policy/portRules.ts';
import type { ForwardRequest } from './forward.ts';
import { requestFor } from './forwardRequests.ts';
import type { Settings } from './settings.ts';
import { type ForwardState, type ForwardStatus, type HostState, remoteEnd, type SeenPort } from './state.ts';

export interface RemotePortsOptions {
  readonly settings: Pick<Readable<Settings>, 'get'>;
  readonly log: Log;
  readonly read: () => HostState;
  readonly write: (change: (host: HostState) => HostState) => void;
  readonly dial: Dial;
  /** The port that the SSH connection itself goes to. */
  readonly sshPort: () => number;
  /** A local port at which some forward of this process listens, of whatever host. */
  readonly isOwnPort: (port: number) => boolean;
  readonly forward: (request: ForwardRequest) => Promise<ForwardState>;
  /** An auto-forward's server has gone; it has come back. */
  readonly sleep: (id: string, server: Program | undefined) => Promise<void>;
  readonly wake: (id: string) => Promise<void>;
  /** A forward that came up by itself. */
  readonly onAutoForward: (forward: ForwardState, attributes: PortAttributes) => void;
}

/** What listens on a host: each new server is asked what it is, and forwarded if the rules say so. */
export class RemotePorts {
  readonly #options: RemotePortsOptions;
  /** The next listing is the first since the user connected: what it shows was there before. */
  #isFirst = true;
  /** Ports that were forwarded by themselves before this window was loaded again: so they are now, without a word. */
  #expected: ReadonlySet<number> = new Set();
  /** Listeners that the last link did not live long enough to ask. */
  #unasked: ReadonlySet<number> = new Set();
  /** Ports whose auto-forward the user has stopped: not forwarded by itself again in this session. */
  readonly #declined = new Set<number>();

  constructor(options: RemotePortsOptions) {
    this.#options = options;
  }

  /** The user connects. `expected`: ports that were forwarded by themselves the last time. */
  begin(expected: readonly number[]): void {
    this.#isFirst = true;
    this.#expected = new Set(expected);
  }

  linkIsUp(): void {
    const unasked = this.#options.read().remotePorts.filter(({ program }) => !program);
    this.#unasked = new Set(unasked.map((each) => each.port));
  }

  decline(port: number): void {
    this.#declined.add(port);
  }

  accept(port: number): void {
    this.#declined.delete(port);
  }

  forgetDeclined(): void {
    this.#declined.clear();
  }

  find(port: number): SeenPort | undefined {
    return this.#options.read().remotePorts.find((each) => each.port === port);
  }

  /** What the user's rules say of a port, for whoever forwards it by hand. */
  wishes(port: number): ReturnType<typeof wishesOf> {
    const seen = this.find(port);
    if (!seen) return {};
    return wishesOf(attributesFor(ruleSubject(seen, seen.program), this.#options.settings.get().portRules));
  }

  /** A new listing. `signal` ends with the link that it came by. */
  update(listing: readonly RemotePort[], signal: AbortSignal): void {
    const before = this.#options.read().remotePorts;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const fresh: SeenPort[] = [];
    const listeners = listing
      .filter((listener) => !this.#isOwn(listener))
      .map((listener) => {
        const known = before.find((seen) => seen.port === listener.port);
        const isSame = known !== undefined && isSameServer(known, listener);
        if (isSame && !this.#unasked.has(listener.port)) return again(known, listener);
        const wasThere = isFirst && !this.#expected.has(listener.port);
        const seen: SeenPort = isSame ? again(known, listener) : { ...listener, wasThere, seenAt: Date.now() };
        if (!this.#isRemoteEnd(listener)) fresh.push(seen);
        return seen;
      });
    this.#unasked = new Set();
    this.#options.write((host) => ({ ...host, remotePorts: listeners }));
    const gone = before.filter((each) => this.find(each.port) === undefined);
    for (const seen of gone) this.#run(this.#onGone(seen), signal);
    for (const seen of fresh) this.#run(this.#onNew(seen, signal), signal);
  }

  /** Asks a new server what it is, then does what the rules say. */
  async #onNew(seen: SeenPort, signal: AbortSignal): Promise<void> {
    const { port } = seen;
    const { settings, read, write, log } = this.#options;
    await this.#settled(seen, signal);
    if (!this.#isThere(seen)) return;
    let isProhibited = false;
    const dial: Dial = async (to, inner) => {
      try {
        return await this.#options.dial(to, inner);
      } catch (error) {
        isProhibited = isProblem<DialProblem>(error, 'forwardingProhibited');
        throw error;
      }
    };
    const program = await identify({ listener: seen, dial, probe: settings.get().identifyServers }, signal);
    if (signal.aborted || !this.#isThere(seen)) return;
    write((host) => ({
      ...host,
      remotePorts: host.remotePorts.map((each) => (each.port === port ? { ...each, program } : each)),
    }));
    for (const { id, remotePort, status } of read().forwards) {
      if (remotePort === port && status.kind === 'dormant') await this.#wake(id, { ...seen, program });
    }
    // Announced, it would lead nowhere. Forwarded by hand, it says why.
    if (isProhibited) log.info(`port ${port} is not forwarded by itself: the server prohibits it`);
    else await this.#autoForward({ ...seen, program });
  }

  /** What was there before, or comes back, need not show that it stays. */
  async #settled(seen: SeenPort, signal: AbortSignal): Promise<void> {
    const { settings, read } = this.#options;
    const isKnown = seen.wasThere || read().forwards.some(({ remotePort }) => remotePort === seen.port);
    const leftMs = isKnown ? 0 : seen.seenAt + settlingMs(seen, settings.get().portRules) - Date.now();
    if (leftMs > 0) await delay(leftMs, signal);
  }

  async #wake(id: string, seen: SeenPort): Promise<void> {
    await this.#options.wake(id);
    const woken = this.#options.read().forwards.find((forward) => forward.id === id);
    const attributes = attributesFor(ruleSubject(seen, seen.program), this.#options.settings.get().portRules);
    if (woken?.status.kind === 'open' && wantsOpening(attributes)) this.#options.onAutoForward(woken, attributes);
  }

  async #autoForward(seen: SeenPort): Promise<void> {
    const { settings, sshPort, read, forward, onAutoForward, log } = this.#options;
    const { autoForward: mode, forwardExisting, portRules: rules } = settings.get();
    const { port } = seen;
    if (this.#declined.has(port) || read().forwards.some(({ remotePort }) => remotePort === port)) return;
    const decision = decide(seen, { mode, forwardExisting, rules, sshPort: sshPort() });
    switch (decision.kind) {
      case 'forward': {
        const made = await forward({ ...requestFor(port, 'auto'), ...wishesOf(decision.attributes) });
        const isNews = made.status.kind === 'open' && !this.#expected.has(port);
        if (isNews) onAutoForward(made, decision.attributes);
        return;
      }
      case 'ignore':
        log.debug(`port ${port} is not forwarded by itself: ${decision.why}`);
    }
  }

  async #onGone({ port, program }: SeenPort): Promise<void> {
    this.#expected = new Set([...this.#expected].filter((each) => each !== port));
    for (const forward of this.#options.read().forwards) {
      const { id, remotePort, origin, status } = forward;
      const isMeant = remotePort === port && origin === 'auto' && sleepers.has(status.kind);
      if (isMeant) await this.#options.sleep(id, program);
    }
  }

  /** Nobody waits for these: what goes wrong is in the state already, or worth a line in the log. */
  #run(job: Promise<void>, signal: AbortSignal): void {
    job.catch((error: unknown) => {
      if (!signal.aborted) this.#options.log.debug(`given up: ${errorText(error)}`);
    });
  }

  /** The same start of the server: by the time it has answered, or not, another one may have its port. */
  #isThere(listener: RemotePort): boolean {
    const seen = this.find(listener.port);
    return seen !== undefined && isSameServer(listener, seen);
  }

  /** A remote may be this very machine: what we opened ourselves is not news, and forwarding it would never end. */
  #isOwn({ port, process: owner }: RemotePort): boolean {
    return owner?.pid === process.pid && this.#options.isOwnPort(port);
  }

  /** What answers there is on this side already: a question would be put to it, and a forward would lead back. */
  #isRemoteEnd({ port }: RemotePort): boolean {
    return this.#options.read().forwards.some((forward) => remoteEnd(forward) === port);
  }
}

/** What the user has paused, or what could not be opened, is not woken by its server. */
const sleepers: ReadonlySet<ForwardStatus['kind']> = new Set<ForwardStatus['kind']>([
  'open',
  'opening',
  'off',
  'elsewhere',
]);

function wishesOf({ label, protocol, requireLocalPort }: PortAttributes): Partial<ForwardRequest> {
  return {
    ...(label !== undefined && { label }),
    ...(protocol && { protocol }),
    ...(requireLocalPort && { localPort: 'exact' }),
  };
}

/** A new look at a port that is known: only what the look does not tell is kept. */
function again({ seenAt, wasThere, program }: SeenPort, listener: RemotePort): SeenPort {
  return { ...listener, seenAt, wasThere, ...(program && { program }) };
}

/** The same start of the same server, as far as the remote tells. */
function isSameServer(before: RemotePort, after: RemotePort): boolean {
  if (before.socketId !== undefined && after.socketId !== undefined) return before.socketId === after.socketId;
  return before.process === undefined || after.process === undefined || before.process.pid === after.process.pid;
}
