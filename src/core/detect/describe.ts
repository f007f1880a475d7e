import { oneLine } from '../../base/oneLine.ts';
import { parseContainer } from './cgroup.ts';
import type { Conversation } from './conversation.ts';
import { parseFamily } from './family.ts';
import type { PortProcess } from './remotePort.ts';
import type { DetailQuestion } from './script.ts';

const maxArguments = 100;

/** A process in the list of sockets, and the uid of its socket if the list has it. */
export interface FoundProcess {
  readonly pid: number;
  /** Empty if the list has only the PID. */
  readonly name: string;
  readonly uid: number | undefined;
}

/** Asks the remote about a process. The six questions are pipelined, so they cost one round trip. */
export async function describeProcess(
  talk: Conversation,
  { pid, name, uid }: FoundProcess,
  signal: AbortSignal,
): Promise<PortProcess> {
  const ask = async (question: DetailQuestion): Promise<string> => {
    const answer = await talk.ask(`${question} ${pid}`, signal);
    return answer.kind === 'text' ? answer.text : '';
  };
  const [command, directory, user, cgroup, family, ownName] = await Promise.all([
    ask('command'),
    ask('directory'),
    uid === talk.hello.uid ? talk.hello.user : ask('user'),
    ask('cgroup'),
    ask('family'),
    name === '' ? ask('name') : name,
  ]);
  const isLinux = talk.hello.system === 'Linux';
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
