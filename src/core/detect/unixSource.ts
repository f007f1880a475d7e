import { UserError } from '../../base/userError.ts';
import { type WatchAnswer, Conversation, type WatchProblem } from './conversation.ts';
import type { Exec } from './exec.ts';
import type { PortProcess } from './remotePort.ts';
import { merge } from './merge.ts';
import { type Method, methodsFor } from './methods.ts';
import { parseContainer } from './cgroup.ts';
import { parseFamily } from './family.ts';
import type { ListeningSocket } from '../listing/socket.ts';
import type { DetailQuestion } from './script.ts';
import type { Source } from './source.ts';
import { oneLine } from '../../base/oneLine.ts';

/** At most so many new processes per poll get their details. */
const maxDetailed = 100;
const maxArguments = 100;

/** @throws UserError<WatchProblem | ExecProblem>, or the signal's reason. */
export async function openUnixSource(
  exec: Exec,
  { remembered, limitMs }: { readonly remembered?: string; readonly limitMs: number },
  signal: AbortSignal,
): Promise<Source> {
  const talk = await Conversation.open(exec, limitMs, signal);
  try {
    const tried: string[] = [];
    for (const method of methodsFor(talk.hello.system, remembered)) {
      const answer = await talk.ask(method.list, signal);
      if (answer.kind !== 'failed') return new UnixSource(talk, method, answer);
      tried.push(method.name);
    }
    throw new UserError<WatchProblem>({ code: 'noTool', detail: `${talk.hello.system}: ${tried.join(', ')}` });
  } catch (error) {
    talk.close();
    throw error;
  }
}

/** A process, and the uid of its socket if the list prints it. */
interface Found {
  readonly pid: number;
  readonly name: string;
  readonly uid: number | undefined;
}

class UnixSource implements Source {
  readonly #talk: Conversation;
  readonly #method: Method;
  #first: WatchAnswer | undefined;
  /** The process of each socket. The remote is asked once in the life of a socket. */
  #known = new Map<string, PortProcess | undefined>();

  constructor(talk: Conversation, method: Method, first: WatchAnswer) {
    this.#talk = talk;
    this.#method = method;
    this.#first = first;
  }

  get method(): string {
    return this.#method.name;
  }

  async poll(signal: AbortSignal): ReturnType<Source['poll']> {
    const answer = this.#first ?? (await this.#talk.ask(this.#method.list, signal));
    this.#first = undefined;
    if (answer.kind === 'same') return undefined;
    if (answer.kind === 'failed') {
      throw new UserError<WatchProblem>({ code: 'watchBroken', detail: `${this.method}: ${answer.status}` });
    }
    const sockets = this.#method.parse(answer.text);
    await this.#learn(sockets, signal);
    const owned = sockets.map((socket) => {
      const process = this.#known.get(key(socket));
      return { socket, ...(process && { process }) };
    });
    return merge(owned, this.#talk.hello);
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
    const asked = [...found.values()].slice(0, maxDetailed).map((process) => this.#process(process, signal));
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

  /** Pipelines its six questions: they cost one round trip. */
  async #process({ pid, name, uid }: Found, signal: AbortSignal): Promise<PortProcess> {
    const ask = async (question: DetailQuestion): Promise<string> => {
      const answer = await this.#talk.ask(`${question} ${pid}`, signal);
      return answer.kind === 'text' ? answer.text : '';
    };
    const [command, directory, user, cgroup, family, ownName] = await Promise.all([
      ask('command'),
      ask('directory'),
      uid === this.#talk.hello.uid ? this.#talk.hello.user : ask('user'),
      ask('cgroup'),
      ask('family'),
      name === '' ? ask('name') : name,
    ]);
    const isLinux = this.#talk.hello.system === 'Linux';
    const commandLine = command
      .split(isLinux ? '\n' : /\s+/)
      .slice(0, maxArguments)
      .map((argument) => oneLine(argument, 1024));
    const workingDirectory = oneLine(isLinux ? directory : (/^n(.*)$/m.exec(directory)?.[1] ?? ''), 1024);
    const container = parseContainer(cgroup);
    const userName = oneLine(user, 64);
    return {
      pid,
      ...parseFamily(family),
      name: oneLine(ownName, 64),
      ...(userName !== '' && { user: userName }),
      ...(command !== '' && { commandLine }),
      ...(workingDirectory !== '' && { workingDirectory }),
      ...(container !== undefined && { container }),
    };
  }
}

function key({ address, port, inode = '', process }: ListeningSocket): string {
  return `${address} ${port} ${inode} ${process?.pid ?? ''}`;
}

/** Reads `times` of POSIX sh: user and system time of the shell, then of its children, each as `0m0.010000s`. */
export function parseTimes(text: string): number {
  const parts = [...text.matchAll(/(\d{1,9})m(\d{1,2}(?:[.,]\d{1,9})?)s/g)];
  return parts.reduce((sum, [, minutes, seconds = '']) => {
    return sum + Number(minutes) * 60_000 + Number(seconds.replace(',', '.')) * 1000;
  }, 0);
}
