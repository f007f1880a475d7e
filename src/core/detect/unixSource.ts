import { UserError } from '../../base/userError.ts';
import { type WatchAnswer, Conversation, type WatchProblem } from './conversation.ts';
import type { Exec } from './exec.ts';
import type { PortProcess, RemotePort } from './remotePort.ts';
import { merge } from './merge.ts';
import { type Method, methodsFor } from './methods.ts';
import { ContainerWatch } from './containers/containerWatch.ts';
import { describeProcess } from './describe.ts';
import type { ListeningSocket } from '../listing/socket.ts';
import type { Source } from './source.ts';
import { parseTimes } from './times.ts';

/** Details of at most this many new processes are asked in one poll. */
const maxDetailed = 100;

export interface UnixSourceOptions {
  /** The method that worked last time. */
  readonly remembered?: string;
  /** How long an answer may take. */
  readonly limitMs: number;
  readonly seesContainers?: () => boolean;
}

/** @throws UserError<WatchProblem | ExecProblem>, or the signal's reason. */
export async function openUnixSource(
  exec: Exec,
  { remembered, limitMs, seesContainers = () => false }: UnixSourceOptions,
  signal: AbortSignal,
): Promise<Source> {
  const talk = await Conversation.open(exec, limitMs, signal);
  try {
    const tried: string[] = [];
    for (const method of methodsFor(talk.hello.system, remembered)) {
      const answer = await talk.ask(method.list, signal);
      if (answer.kind !== 'failed') {
        const containers = talk.hello.system === 'Linux' ? new ContainerWatch(talk) : undefined;
        return new UnixSource({ talk, method, first: answer, containers, seesContainers });
      }
      tried.push(method.name);
    }
    throw new UserError<WatchProblem>({ code: 'noTool', detail: `${talk.hello.system}: ${tried.join(', ')}` });
  } catch (error) {
    talk.close();
    throw error;
  }
}

interface UnixSourceParts {
  readonly talk: Conversation;
  readonly method: Method;
  readonly first: WatchAnswer;
  readonly containers: ContainerWatch | undefined;
  readonly seesContainers: () => boolean;
}

class UnixSource implements Source {
  readonly #talk: Conversation;
  readonly #method: Method;
  readonly #containers: ContainerWatch | undefined;
  readonly #seesContainers: () => boolean;
  #sawContainers = false;
  #first: WatchAnswer | undefined;
  /** The process of each socket. The remote is asked once in the life of a socket. */
  #known = new Map<string, PortProcess | undefined>();

  /** The host's own ports at the last look. */
  #own: readonly RemotePort[] = [];
  #inodes: ReadonlySet<string> = new Set();

  constructor({ talk, method, first, containers, seesContainers }: UnixSourceParts) {
    this.#talk = talk;
    this.#method = method;
    this.#first = first;
    this.#containers = containers;
    this.#seesContainers = seesContainers;
  }

  get method(): string {
    return this.#method.name;
  }

  async poll(signal: AbortSignal): ReturnType<Source['poll']> {
    const isNew = await this.#look(signal);
    const containers = this.#seesContainers() ? this.#containers : undefined;
    const isSwitched = (containers !== undefined) !== this.#sawContainers;
    this.#sawContainers = containers !== undefined;
    const isNewInside = (await containers?.look(this.#inodes, signal)) ?? false;
    if (!isNew && !isNewInside && !isSwitched) return undefined;
    return containers?.join(this.#own) ?? this.#own;
  }

  refresh(): void {
    this.#containers?.refresh();
  }

  /** Looks at the host's own network. False if nothing changed. */
  async #look(signal: AbortSignal): Promise<boolean> {
    const answer = this.#first ?? (await this.#talk.ask(this.#method.list, signal));
    this.#first = undefined;
    if (answer.kind === 'same') return false;
    if (answer.kind === 'failed') {
      throw new UserError<WatchProblem>({ code: 'watchBroken', detail: `${this.method}: ${answer.status}` });
    }
    const sockets = this.#method.parse(answer.text);
    await this.#learn(sockets, signal);
    const owned = sockets.map((socket) => {
      const process = this.#known.get(key(socket));
      return { socket, ...(process && { process }) };
    });
    this.#own = merge(owned, this.#talk.hello);
    this.#inodes = new Set(sockets.flatMap(({ inode }) => inode ?? []));
    return true;
  }

  async costMs(signal: AbortSignal): Promise<number> {
    const answer = await this.#talk.ask('times', signal);
    return answer.kind === 'text' ? parseTimes(answer.text) : 0;
  }

  close(): void {
    this.#talk.close();
  }

  async #learn(sockets: readonly ListeningSocket[], signal: AbortSignal): Promise<void> {
    const fresh = sockets.filter((socket) => !this.#known.has(key(socket)));
    const ownerOf = fresh.length > 0 ? await this.#owners(signal) : () => undefined;
    const owned = fresh.map((socket) => ({ socket, process: socket.process ?? ownerOf(socket) }));
    const found = new Map(
      owned.flatMap(({ socket: { uid }, process }) => (process ? [[process.pid, { ...process, uid }]] : [])),
    );
    const asked = [...found.values()]
      .slice(0, maxDetailed)
      .map((process) => describeProcess(this.#talk, process, signal));
    const processes = new Map((await Promise.all(asked)).map((process) => [process.pid, process]));
    const known = new Map<string, PortProcess | undefined>();
    for (const socket of sockets) known.set(key(socket), this.#known.get(key(socket)));
    for (const { socket, process } of owned) {
      known.set(key(socket), process && (processes.get(process.pid) ?? process));
    }
    this.#known = known;
  }

  async #owners(signal: AbortSignal): Promise<(socket: ListeningSocket) => ListeningSocket['process']> {
    for (const { question, parse } of this.#method.owners) {
      const answer = await this.#talk.ask(question, signal);
      if (answer.kind === 'text') return parse(answer.text);
    }
    return () => undefined;
  }
}

function key({ address, port, inode = '', process }: ListeningSocket): string {
  return `${address} ${port} ${inode} ${process?.pid ?? ''}`;
}
