import type { Conversation } from '../conversation.ts';
import { describeProcess } from '../describe.ts';
import type { ListeningSocket } from '../../listing/socket.ts';
import type { PortProcess, RemotePort } from '../remotePort.ts';
import type { Question } from '../script.ts';
import { parseTimes } from '../times.ts';
import { joinPorts } from './joinPorts.ts';
import { type NamedContainer, parseNames } from './names.ts';
import { type HostNetwork, parseAddresses, parseHostNetwork, parseTables } from './networks.ts';
import { type ContainerProcess, parseProcesses } from './processes.ts';
import { type Proxy, parseProxies } from './proxies.ts';

/** The pause between searches for containers: longer if the last search found none. */
const searchMs = { none: 10_000, some: 5000 } as const;
/** Searches may use 0.5 % of one core of the remote, looks at the containers' networks 2.5 %. */
const searchFactor = 200;
const lookFactor = 40;
/** Networks are read again with every sixth search, because a running container may join another network. */
const searchesPerNetworks = 6;

/** Total CPU time on the remote, in milliseconds. */
interface Spent {
  costMs: number;
  count: number;
}

/**
 * Watches the containers of a remote that have their own network, and the ports in them. Needs only the right to read
 * /proc. On a remote without containers only a rare search runs.
 */
export class ContainerWatch {
  readonly #talk: Conversation;
  readonly #now: () => number;
  readonly #spent: Readonly<Record<'search' | 'look', Spent>> = {
    search: { costMs: 0, count: 0 },
    look: { costMs: 0, count: 0 },
  };
  #searches = 0;
  #searchAt = 0;
  #lookAt = 0;
  #processes: readonly ContainerProcess[] = [];
  /** Processes of containers that use the host's own network. */
  readonly #onHost = new Set<number>();
  #sockets: ReadonlyMap<number, readonly ListeningSocket[]> = new Map();
  #addresses: ReadonlyMap<number, readonly string[]> = new Map();
  #host: HostNetwork = { addresses: [], routes: [] };
  #proxies: readonly Proxy[] = [];
  #named: ReadonlyMap<string, NamedContainer> = new Map();
  /** Ids of containers whose names have been asked for. */
  readonly #asked = new Set<string>();
  #described: ReadonlyMap<number, PortProcess> = new Map();

  constructor(talk: Conversation, now: () => number = Date.now) {
    this.#talk = talk;
    this.#now = now;
  }

  /** The next look searches for new containers. */
  refresh(): void {
    this.#searchAt = 0;
    this.#lookAt = 0;
  }

  /**
   * Searches for containers and reads their ports, when either is due. `hostInodes`: the sockets of the host's own network.
   * False if nothing changed.
   *
   * @throws UserError<WatchProblem>, or the signal's reason
   */
  async look(hostInodes: ReadonlySet<string>, signal: AbortSignal): Promise<boolean> {
    const isChanged = this.#now() >= this.#searchAt && (await this.#search(signal));
    if (!isChanged && this.#now() < this.#lookAt) return false;
    const watched = this.#processes.filter(({ pid }) => !this.#onHost.has(pid));
    if (watched.length === 0) return isChanged;
    const text = await this.#ask(`tables ${pidsOf(watched)}`, 'look', signal);
    this.#lookAt = this.#now() + lookFactor * averageMs(this.#spent.look);
    if (text === undefined) return isChanged;
    this.#takeTables(text, watched, hostInodes);
    await this.#learn(signal);
    return true;
  }

  /** The host's own ports and those of containers. Each server is listed once. */
  join(own: readonly RemotePort[]): readonly RemotePort[] {
    const containers = this.#processes
      .filter(({ pid }) => !this.#onHost.has(pid))
      .map(({ pid, cgroup }) => ({
        cgroup,
        sockets: this.#sockets.get(pid) ?? [],
        addresses: this.#addresses.get(pid) ?? [],
        named: this.#named.get(cgroup.id),
        process: this.#described.get(pid),
      }));
    return joinPorts(own, { containers, host: this.#host, proxies: this.#proxies, account: this.#talk.hello });
  }

  /** True if the containers or their networks have changed. */
  async #search(signal: AbortSignal): Promise<boolean> {
    const text = await this.#ask('cgroups', 'search', signal);
    const found = text === undefined ? this.#processes : parseProcesses(text);
    const isChanged = pidsOf(found) !== pidsOf(this.#processes);
    this.#processes = found;
    this.#searches += 1;
    const isDue = isChanged || this.#searches % searchesPerNetworks === 0;
    const isNewNetwork = found.length > 0 && isDue && (await this.#learnNetworks(signal));
    const leastMs = found.length > 0 ? searchMs.some : searchMs.none;
    this.#searchAt = this.#now() + Math.max(leastMs, searchFactor * averageMs(this.#spent.search));
    return isChanged || isNewNetwork;
  }

  async #learnNetworks(signal: AbortSignal): Promise<boolean> {
    const [addresses, host, proxies] = await Promise.all([
      this.#ask(`addresses ${pidsOf(this.#processes)}`, 'search', signal),
      this.#ask('routes', 'search', signal),
      this.#ask('proxies', 'search', signal),
    ]);
    if (addresses !== undefined) this.#addresses = parseAddresses(addresses);
    if (host !== undefined) this.#host = parseHostNetwork(host);
    if (proxies !== undefined) this.#proxies = parseProxies(proxies);
    return addresses !== undefined || host !== undefined || proxies !== undefined;
  }

  #takeTables(text: string, watched: readonly ContainerProcess[], hostInodes: ReadonlySet<string>): void {
    const tables = parseTables(text);
    for (const { pid } of watched) {
      const isOnHost = tables.get(pid)?.some(({ inode = '' }) => hostInodes.has(inode));
      if (isOnHost) this.#onHost.add(pid);
      // RACE: the process has ended, but its container may have another one. The next look searches for it.
      if (!tables.has(pid)) this.#searchAt = 0;
    }
    this.#sockets = new Map([...this.#sockets, ...tables]);
  }

  /** Learns the names and the first processes of new containers. Forgets containers that have gone. */
  async #learn(signal: AbortSignal): Promise<void> {
    const listening = this.#processes.filter(
      ({ pid }) => !this.#onHost.has(pid) && (this.#sockets.get(pid)?.length ?? 0) > 0,
    );
    await this.#learnNames(listening, signal);
    const described = listening.map(async ({ pid }): Promise<[number, PortProcess]> => {
      const known = this.#described.get(pid);
      return [pid, known ?? (await describeProcess(this.#talk, { pid, name: '', uid: undefined }, signal))];
    });
    this.#described = new Map(await Promise.all(described));
    const pids = new Set(this.#processes.map(({ pid }) => pid));
    this.#sockets = new Map([...this.#sockets].filter(([pid]) => pids.has(pid)));
    for (const pid of this.#onHost) if (!pids.has(pid)) this.#onHost.delete(pid);
  }

  async #learnNames(listening: readonly ContainerProcess[], signal: AbortSignal): Promise<void> {
    const { uid } = this.#talk.hello;
    const fresh = listening.filter(({ cgroup }) => !this.#asked.has(cgroup.id));
    for (const { cgroup } of fresh) this.#asked.add(cgroup.id);
    const has = (runtime: string): boolean =>
      fresh.some(
        ({ cgroup }) => cgroup.runtime === runtime && (runtime === 'docker' || uid === (cgroup.rootlessUid ?? 0)),
      );
    const answers = await Promise.all([
      ...(has('docker') ? [this.#ask('dockerNames', 'search', signal)] : []),
      ...(has('podman') ? [this.#ask('podmanNames', 'search', signal)] : []),
    ]);
    const named = answers.flatMap((text = '') => parseNames(text));
    this.#named = new Map([...this.#named, ...named.map((each) => [each.id, each] as const)]);
  }

  /** Undefined if the answer is the same as the last one, or the command failed. */
  async #ask(question: Question, purpose: 'search' | 'look', signal: AbortSignal): Promise<string | undefined> {
    const [before, answer, after] = await Promise.all([
      this.#talk.ask('times', signal),
      this.#talk.ask(question, signal),
      this.#talk.ask('times', signal),
    ]);
    const spent = this.#spent[purpose];
    if (before.kind === 'text' && after.kind === 'text')
      spent.costMs += parseTimes(after.text) - parseTimes(before.text);
    spent.count += 1;
    return answer.kind === 'text' ? answer.text : undefined;
  }
}

function pidsOf(processes: readonly ContainerProcess[]): string {
  return processes.map(({ pid }) => pid).join(' ');
}

function averageMs({ costMs, count }: Spent): number {
  return count === 0 ? 0 : costMs / count;
}
