import { firstEphemeralPort } from '../../spec/port.ts';
import type { RemotePort } from '../remotePort.ts';
import { commandOf, commandScore, isOfProject, isSshRemoteForward, isUsualDevPort } from './evidence.ts';
import { type Framework, frameworks } from './frameworks.ts';

/** Why a program might be asked: it was `seen`, the user or a rule `wanted` its forward, or the user `asked` what it is. */
export type Occasion = 'seen' | 'wanted' | 'asked';

/**
 * Whether a program may get a request. A login, a debugger or a netcat serves one client and then ends: it would lose that
 * client to us. No list knows all of them, so a program that was only seen needs a positive sign that it serves many.
 */
export function mayAsk(remotePort: RemotePort, occasion: Occasion): boolean {
  if (!isAskable(remotePort)) return false;
  switch (occasion) {
    case 'seen':
      return servesMany(remotePort);
    case 'wanted':
      return isOwn(remotePort) && !servesOne(remotePort);
    case 'asked':
      return true;
  }
}

/** False if the command line, or else the port, says that it speaks no HTTP, leads to another machine, or serves one client. */
export function isAskable(remotePort: RemotePort): boolean {
  if (remotePort.unreachable) return false;
  if (isSshRemoteForward(remotePort)) return false;
  const named = namesOf(remotePort);
  if (named.length > 0) return named.every(({ speaks, role }) => speaks === undefined && role !== 'infrastructure');
  return !frameworks.some(({ speaks, ports }) => speaks === 'other' && ports?.includes(remotePort.port));
}

/** Debuggers wait for their one client with a backlog of 0 or 1. */
export function servesOne({ backlog }: RemotePort): boolean {
  return backlog !== undefined && backlog <= 1;
}

/** `http.server` of Python and what builds on it. Its login listeners look the same, so this backlog is no sign. */
const smallBacklog = 5;
/** What servers that serve many give to listen(2): 100 (asyncio) to 4096 (Go). */
const largeBacklog = 100;

/** rpdb, Swank, Java, debugpy, Celery's rdb, Ruby's debug: a program may open them beside its own port. */
const debuggerPorts: readonly (readonly [from: number, to: number])[] = [
  [4444, 4445],
  [4005, 4006],
  [5005, 5005],
  [5678, 5679],
  [6899, 6999],
  [12_345, 12_345],
];

function servesMany(remotePort: RemotePort): boolean {
  const { owner, process, port, backlog, container } = remotePort;
  // Windows tells neither the user nor the command line.
  if (owner === undefined && process?.name === '') return isUsualDevPort(port);
  if (owner !== 'self' || servesOne(remotePort)) return false;
  if (debuggerPorts.some(([from, to]) => from <= port && port <= to)) return false;
  if (namesOf(remotePort).some(isServer)) return true;
  // A container tells neither the process of a socket nor its backlog.
  if (container) return isUsualDevPort(port);
  if (backlog !== undefined && backlog <= smallBacklog) return false;
  if (isOfProject(remotePort) && isUsualDevPort(port)) return true;
  return backlog !== undefined && backlog >= largeBacklog && port < firstEphemeralPort;
}

function isServer({ level, isLauncher }: Framework): boolean {
  return level !== 'language' && !isLauncher;
}

function namesOf(remotePort: RemotePort): readonly Framework[] {
  const command = commandOf(remotePort);
  return frameworks.filter((framework) => commandScore(framework, command, remotePort.port) > 0);
}

/** Windows names the process but not its user. */
function isOwn({ owner, process }: RemotePort): boolean {
  return owner ? owner === 'self' : process !== undefined;
}
