import { delay } from '../../../base/delay.ts';
import type { Log } from '../../../base/log.ts';
import { Slots } from '../../../base/slots.ts';
import type { Readable } from '../../../base/store.ts';
import { isConcurrent } from '../../detect/identify/concurrent.ts';
import { identify } from '../../detect/identify/identify.ts';
import { placeOf, type PortPlace } from '../../detect/place.ts';
import type { RemotePort } from '../../detect/remotePort.ts';
import type { Occasion } from '../../detect/identify/question.ts';
import { type AutoForwardSettings, isWanted, ruleSubject } from '../../policy/autoForward.ts';
import { attributesFor, type PortAttributes } from '../../policy/portRules.ts';
import { pageOf } from '../../policy/secondPort.ts';
import { isLoopbackAddress } from '../../spec/loopback.ts';
import type { Endpoint } from '../../spec/spec.ts';
import type { Dialer } from '../link/dialer.ts';
import type { ForwardRequest } from '../forwards/forwardRequests.ts';
import type { ForwardSet } from '../forwards/forwardSet.ts';
import { inBackground } from '../inBackground.ts';
import {
  answered,
  besidePage,
  type Decision,
  isSameStart,
  noPortMemory,
  type PortContext,
  type PortMemory,
  update,
  wishesOf,
} from './portUpdate.ts';
import { ProgramAnswers } from './programAnswers.ts';
import type { Settings } from '../settings.ts';
import { findPort, type ForwardState, type HostAccess, type HostState, type SeenPort } from '../state.ts';

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
  /** Resolves to undefined if the host has reached the limit of automatic forwards. */
  readonly open: (request: ForwardRequest) => Promise<ForwardState | undefined>;
  readonly wake: (id: string) => Promise<void>;
  readonly sleep: ForwardSet['sleep'];
}

/** The limit of simultaneous questions. Each one takes a channel of the connection. */
const maxQuestions = 16;

/** The remote ports of a host: asks each new program what it is, and forwards it if the rules say so. */
export class RemotePorts {
  readonly #options: RemotePortsOptions;
  readonly #questions = new Slots(maxQuestions);
  readonly #answers: ProgramAnswers;
  #memory: PortMemory = noPortMemory;
  readonly #openingBeside = new Set<PortPlace>();
  /** Ends with the connection of the latest listing. */
  #signal: AbortSignal | undefined;

  constructor(options: RemotePortsOptions) {
    this.#options = options;
    this.#answers = new ProgramAnswers(options.write);
  }

  /** The user connects. `expected`: ports that were auto-forwarded the last time. */
  begin(expected: readonly PortPlace[]): void {
    this.#memory = { ...this.#memory, isFirst: true, expected: new Set(expected), listed: new Set() };
  }

  onConnection(): void {
    const unasked = this.#options.read().remotePorts.filter(({ program }) => !program);
    this.#memory = { ...this.#memory, unasked: new Set(unasked.map(placeOf)) };
  }

  /** The user stopped the auto-forward of a port. */
  decline(port: PortPlace): void {
    this.#memory = { ...this.#memory, declined: new Set([...this.#memory.declined, port]) };
  }

  /** The user forwards a port by hand. */
  accept(port: PortPlace): void {
    this.#memory = { ...this.#memory, declined: new Set([...this.#memory.declined].filter((each) => each !== port)) };
  }

  /** The user has disconnected. */
  clear(): void {
    this.#memory = { ...this.#memory, declined: new Set() };
    const detection = { kind: 'off' } as const;
    this.#options.write(({ morePorts: _a, isAutoForwardFull: _b, ...host }) => ({
      ...host,
      remotePorts: [],
      detection,
    }));
  }

  find(place: PortPlace): SeenPort | undefined {
    return findPort(this.#options.read(), place);
  }

  /** Whether idle connections to an address block no other client. */
  isConcurrent(to: Endpoint): boolean {
    if (to.kind !== 'tcp' || !(to.host === 'localhost' || isLoopbackAddress(to.host))) return false;
    const seen = this.find(to.port);
    return seen !== undefined && isConcurrent(seen, seen.program);
  }

  /** The remote ports of forwards at which no socket was listed since the user connected. */
  unlisted(forwards: readonly ForwardState[]): Pick<HostState, 'unlistedPorts'> {
    const { listed } = this.#memory;
    const unlistedPorts = forwards.flatMap(({ remotePort: at = 0 }) => (at === 0 || listed.has(at) ? [] : at));
    return unlistedPorts.length > 0 ? { unlistedPorts } : {};
  }

  /** What the user's rules say about a port that the user forwards by hand. */
  wishes(port: PortPlace): Partial<ForwardRequest> {
    const seen = this.find(port);
    if (!seen) return {};
    return wishesOf(attributesFor(ruleSubject(seen, seen.program), this.#options.settings.get().portRules));
  }

  /** Takes a new listing. `signal` ends with the connection that it came by. */
  update(listing: readonly RemotePort[], signal: AbortSignal): void {
    const { read, write, settings } = this.#options;
    this.#signal = signal;
    const { remotePorts: known, forwards } = read();
    const { remotePorts, morePorts, memory, decisions } = update({
      listing,
      known,
      forwards,
      memory: this.#memory,
      isOwn: ({ port, process: owner }) => owner?.pid === process.pid && this.#options.isOwnPort(port),
      rules: settings.get().portRules,
      nowMs: Date.now(),
    });
    this.#memory = memory;
    write(({ unlistedPorts: _unlisted, morePorts: _more, ...host }) => ({
      ...host,
      remotePorts,
      ...(morePorts > 0 && { morePorts }),
      ...this.unlisted(host.forwards),
    }));
    for (const decision of decisions) inBackground(this.#carryOut(decision, signal), this.#options.log, signal);
  }

  /** The user asks what listens at a port. */
  async ask(port: PortPlace): Promise<void> {
    const seen = this.find(port);
    if (seen && this.#signal) await this.#ask(seen, 0, this.#signal, 'asked');
  }

  /** The user has forwarded a port by hand, so its program may be asked, and its second ports are forwarded too. */
  async onForwarded(port: PortPlace): Promise<void> {
    const seen = this.find(port);
    const signal = this.#signal;
    if (!seen || !signal) return;
    if (seen.program?.isUnasked && this.#options.settings.get().identifyServers) {
      await this.#ask(seen, 0, signal, 'wanted');
    }
    await this.#openBeside(port);
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
      case 'open': {
        const { request, notice } = decision;
        this.#tell(await open(request), notice);
        if (request.remotePort !== undefined) await this.#openBeside(request.remotePort);
        return;
      }
      case 'openBeside':
        return this.#openBeside(decision.page);
      case 'ignore': {
        const level = decision.why === 'prohibited' ? 'info' : 'debug';
        log[level](`port ${decision.port} is not auto-forwarded: ${decision.why}`);
      }
    }
  }

  /** RACE: page and second port may both call this, and a forward that opens is not in the state yet. */
  async #openBeside(page: PortPlace): Promise<void> {
    for (const request of besidePage(page, this.#now())) {
      const { remotePort = 0 } = request;
      if (this.#openingBeside.has(remotePort)) continue;
      this.#openingBeside.add(remotePort);
      try {
        await this.#options.open(request);
      } finally {
        this.#openingBeside.delete(remotePort);
      }
    }
  }

  #tell(forward: ForwardState | undefined, notice: PortAttributes | undefined): void {
    if (forward?.status.kind === 'open' && notice) this.#options.onAutoForward(forward, notice);
  }

  /** Asks a new program what it is, then does what follows from the answer. */
  async #ask(seen: SeenPort, waitMs: number, signal: AbortSignal, by?: Occasion): Promise<void> {
    const { dialer } = this.#options;
    if (waitMs > 0) await delay(waitMs, signal);
    let isProhibited = false;
    const dial = dialer((problem) => (isProhibited = problem?.code === 'forwardingProhibited'));
    const program = await this.#questions.run(async () => {
      if (signal.aborted || !this.#isThere(seen)) return undefined;
      return identify({ remotePort: seen, dial, occasion: by ?? this.#occasion(seen) }, signal);
    });
    if (!program || signal.aborted || !this.#isThere(seen)) return;
    await this.#answers.note(seen, program);
    if (signal.aborted || !this.#isThere(seen)) return;
    const decisions = answered({ port: { ...seen, program }, isProhibited, ...this.#now() });
    for (const decision of decisions) await this.#carryOut(decision, signal);
  }

  #occasion(seen: SeenPort): Occasion | undefined {
    const { identifyServers, portRules } = this.#options.settings.get();
    if (!identifyServers) return undefined;
    if (isWanted(ruleSubject(seen), portRules)) return 'wanted';
    return pageOf(seen, this.#options.read().remotePorts) ? undefined : 'seen';
  }

  /** What the decisions about a port depend on. */
  #now(): PortContext {
    const { autoForward: mode, forwardExisting, portRules: rules } = this.#options.settings.get();
    const { forwards, remotePorts } = this.#options.read();
    const settings: AutoForwardSettings = { mode, forwardExisting, rules, sshPort: this.#options.sshPort() };
    return { forwards, remotePorts, memory: this.#memory, settings };
  }

  /** RACE: before a program has answered, another program may have taken its port. */
  #isThere(port: RemotePort): boolean {
    const seen = this.find(placeOf(port));
    return seen !== undefined && isSameStart(port, seen);
  }
}
