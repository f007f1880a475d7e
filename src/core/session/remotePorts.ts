import { delay } from '../../base/delay.ts';
import type { Log } from '../../base/log.ts';
import type { Readable } from '../../base/store.ts';
import { identify } from '../detect/identify/identify.ts';
import type { RemotePort } from '../detect/remotePort.ts';
import { ruleSubject } from '../policy/autoForward.ts';
import { attributesFor, type PortAttributes } from '../policy/portRules.ts';
import type { Dialer } from './dialer.ts';
import type { ForwardRequest } from './forwardRequests.ts';
import type { ForwardSet } from './forwardSet.ts';
import { inBackground } from './inBackground.ts';
import { answered, type Decision, isSameStart, noPortMemory, type PortMemory, update, wishesOf } from './portUpdate.ts';
import type { Settings } from './settings.ts';
import type { ForwardState, HostAccess, SeenPort } from './state.ts';

export interface RemotePortsDeps extends HostAccess {
  readonly settings: Pick<Readable<Settings>, 'get'>;
  readonly log: Log;
  /** A local port at which a forward of this process listens, of any host. */
  readonly isOwnPort: (port: number) => boolean;
  /** An auto-forward has come up, and the user is to hear of it. */
  readonly onAutoForward: (forward: ForwardState, attributes: PortAttributes) => void;
}

export interface RemotePortsOptions extends RemotePortsDeps {
  readonly dialer: Dialer;
  /** The port that the SSH connection itself goes to. */
  readonly sshPort: () => number;
  readonly open: (request: ForwardRequest) => Promise<ForwardState>;
  readonly wake: (id: string) => Promise<void>;
  readonly sleep: ForwardSet['sleep'];
}

/** The remote ports of a host: asks each new program what it is, and forwards it if the rules say so. */
export class RemotePorts {
  readonly #options: RemotePortsOptions;
  #memory: PortMemory = noPortMemory;

  constructor(options: RemotePortsOptions) {
    this.#options = options;
  }

  /** The user connects. `expected`: ports that were auto-forwarded the last time. */
  begin(expected: readonly number[]): void {
    this.#memory = { ...this.#memory, isFirst: true, expected: new Set(expected) };
  }

  onConnection(): void {
    const unasked = this.#options.read().remotePorts.filter(({ program }) => !program);
    this.#memory = { ...this.#memory, unasked: new Set(unasked.map(({ port }) => port)) };
  }

  /** The user stopped the auto-forward of a port. */
  decline(port: number): void {
    this.#memory = { ...this.#memory, declined: new Set([...this.#memory.declined, port]) };
  }

  /** The user forwards a port by hand. */
  accept(port: number): void {
    this.#memory = { ...this.#memory, declined: new Set([...this.#memory.declined].filter((each) => each !== port)) };
  }

  forgetDeclined(): void {
    this.#memory = { ...this.#memory, declined: new Set() };
  }

  find(port: number): SeenPort | undefined {
    return this.#options.read().remotePorts.find((each) => each.port === port);
  }

  /** What the user's rules say about a port that the user forwards by hand. */
  wishes(port: number): Partial<ForwardRequest> {
    const seen = this.find(port);
    if (!seen) return {};
    return wishesOf(attributesFor(ruleSubject(seen, seen.program), this.#options.settings.get().portRules));
  }

  /** Takes a new listing. `signal` ends with the connection that it came by. */
  update(listing: readonly RemotePort[], signal: AbortSignal): void {
    const { read, write, settings } = this.#options;
    const { remotePorts: known, forwards } = read();
    const { remotePorts, memory, decisions } = update({
      listing,
      known,
      forwards,
      memory: this.#memory,
      isOwn: ({ port, process: owner }) => owner?.pid === process.pid && this.#options.isOwnPort(port),
      rules: settings.get().portRules,
      nowMs: Date.now(),
    });
    this.#memory = memory;
    write((host) => ({ ...host, remotePorts }));
    for (const decision of decisions) inBackground(this.#carryOut(decision, signal), this.#options.log, signal);
  }

  async #carryOut(decision: Decision, signal: AbortSignal): Promise<void> {
    const { open, wake, sleep, log } = this.#options;
    switch (decision.kind) {
      case 'ask':
        return this.#ask(decision.port, decision.waitMs, signal);
      case 'sleep':
        return sleep(decision.id, decision.program);
      case 'wake': {
        await wake(decision.id);
        const woken = this.#options.read().forwards.find(({ id }) => id === decision.id);
        return this.#tell(woken, decision.notice);
      }
      case 'open':
        return this.#tell(await open(decision.request), decision.notice);
      case 'ignore': {
        const level = decision.why === 'prohibited' ? 'info' : 'debug';
        log[level](`port ${decision.port} is not auto-forwarded: ${decision.why}`);
      }
    }
  }

  #tell(forward: ForwardState | undefined, notice: PortAttributes | undefined): void {
    if (forward?.status.kind === 'open' && notice) this.#options.onAutoForward(forward, notice);
  }

  /** Asks a new program what it is, then does what follows from the answer. */
  async #ask(seen: SeenPort, waitMs: number, signal: AbortSignal): Promise<void> {
    const { dialer, settings, sshPort, read, write } = this.#options;
    if (waitMs > 0) await delay(waitMs, signal);
    if (!this.#isThere(seen)) return;
    let isProhibited = false;
    const dial = dialer((problem) => (isProhibited = problem?.code === 'forwardingProhibited'));
    const program = await identify({ remotePort: seen, dial, probe: settings.get().identifyServers }, signal);
    if (signal.aborted || !this.#isThere(seen)) return;
    write((host) => ({
      ...host,
      remotePorts: host.remotePorts.map((each) => (each.port === seen.port ? { ...each, program } : each)),
    }));
    const { autoForward: mode, forwardExisting, portRules: rules } = settings.get();
    const decisions = answered({
      port: { ...seen, program },
      isProhibited,
      forwards: read().forwards,
      memory: this.#memory,
      settings: { mode, forwardExisting, rules, sshPort: sshPort() },
    });
    for (const decision of decisions) await this.#carryOut(decision, signal);
  }

  /** RACE: by the time a program has answered, or not, another program may have its port. */
  #isThere(port: RemotePort): boolean {
    const seen = this.find(port.port);
    return seen !== undefined && isSameStart(port, seen);
  }
}
