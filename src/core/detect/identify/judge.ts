import { isLoopbackAddress } from '../../spec/loopback.ts';
import type { RemotePort } from '../remotePort.ts';
import { oneLine } from '../../../base/oneLine.ts';
import { type Framework, frameworks } from './frameworks.ts';
import type { Program } from './program.ts';
import type { ProbeAnswer } from './probe.ts';

/** Weighs the evidence about the program on a port. `heard` is absent if no request was sent. */
export function judge(remotePort: RemotePort, heard?: ProbeAnswer): Program {
  const http = heard?.kind === 'http' ? heard : undefined;
  const title = http && titleOf(http.answer.body);
  const seen: Seen = { remotePort, command: commandOf(remotePort), heard, title };
  const best = frameworks
    .flatMap((framework) => weigh(framework, seen) ?? [])
    .reduce<Match | undefined>((winner, match) => (winner && winner.score >= match.score ? winner : match), undefined);
  if (!best && !http) {
    return { framework: 'unknown', name: remotePort.process?.name || 'unknown', icon: 'plug', role: 'unknown' };
  }
  const named = best ? nameOf(best, http !== undefined || isStarting(seen)) : unnamed(remotePort);
  const path = http?.answer.status === 404 ? best?.framework.path : undefined;
  return {
    ...named,
    ...(http && { evidence: 'answer' }),
    // A debugger may speak HTTP, but has no page.
    ...(http && named.role !== 'debugger' && { scheme: http.scheme }),
    ...(path !== undefined && { path }),
    ...(title && { title }),
  };
}

/** Whether the server may get a request. Not if the command line, or else the port, says that it does not speak HTTP. */
export function mayBeAsked(remotePort: RemotePort): boolean {
  if (isTunnelEnd(remotePort)) return false;
  const command = commandOf(remotePort);
  const named = frameworks.filter((framework) => commandScore(framework, command, remotePort.port) > 0);
  if (named.length > 0) return named.every(({ speaks }) => speaks === undefined);
  return !frameworks.some(({ speaks, ports }) => speaks === 'other' && ports?.includes(remotePort.port));
}

/**
 * Whether the port is the listener of an `ssh -R`. SECURITY: a request to it would reach another machine, at worst the
 * user's own. The remote shows all our processes except those that changed their user, as sshd's sessions do
 * (PR_SET_DUMPABLE of prctl(2)). So a socket of ours without a process belongs to sshd.
 */
function isTunnelEnd({ owner, process, addresses }: RemotePort): boolean {
  return owner === 'self' && !process && addresses.every(isLoopbackAddress);
}

interface Seen {
  readonly remotePort: RemotePort;
  readonly command: string;
  readonly heard: ProbeAnswer | undefined;
  readonly title: string | undefined;
}

interface Match {
  readonly framework: Framework;
  readonly score: number;
  readonly evidence: NonNullable<Program['evidence']>;
}

const levelWeight = { particular: 4, base: 1, language: 0.5 };

function weigh(framework: Framework, seen: Seen): Match | undefined {
  const answer = answerScore(framework, seen);
  const command = commandScore(framework, seen.command, seen.remotePort.port);
  const score = (answer + command) * levelWeight[framework.level ?? 'particular'];
  const port = framework.ports?.includes(seen.remotePort.port) ? 0.1 : 0;
  if (score > 0) {
    return {
      framework,
      score: score + port,
      evidence: answer > 0 ? 'answer' : 'commandLine',
    };
  }
  // The port number alone names servers without HTTP only: web servers change ports, databases rarely do.
  const isHttp = seen.heard?.kind === 'http';
  return port > 0 && framework.speaks === 'other' && !isHttp ? { framework, score: port, evidence: 'port' } : undefined;
}

/** Evidence about one port of a process outweighs evidence about the process. */
function commandScore({ command, commandAt }: Framework, text: string, port: number): number {
  if (commandAt?.(text, port)) return 8;
  return command?.test(text) ? 4 : 0;
}

function answerScore({ headers = {}, answer, title }: Framework, { heard, title: seenTitle }: Seen): number {
  if (heard?.kind === 'other') return answer?.test(heard.text) ? 8 : 0;
  if (heard?.kind !== 'http') return 0;
  const hasHeader = Object.entries(headers).some(([name, value]) => value.test(heard.answer.headers.get(name) ?? ''));
  return (
    (hasHeader ? 8 : 0) +
    (answer?.test(heard.answer.body) ? 8 : 0) +
    (seenTitle !== undefined && title?.test(seenTitle) ? 8 : 0)
  );
}

function nameOf({ framework, evidence }: Match, isWeb: boolean): Program {
  const { id, name, icon, role, level, speaks } = framework;
  // A program in this language is not necessarily a web server.
  if (level === 'language' && !isWeb) return { framework: 'unknown', name, icon, role: 'unknown', evidence };
  return {
    framework: id,
    name,
    icon,
    role,
    evidence,
    ...(speaks === undefined && role !== 'debugger' && { scheme: 'http' }),
  };
}

const projectFolder = /^\/(?:home|root|Users|workspaces?|app|code|src|work|mnt|media|tmp|var\/www|opt|data)(?:\/|$)/;

function isOfProject({ owner, process }: RemotePort): boolean {
  return owner === 'self' && projectFolder.test(process?.workingDirectory ?? '');
}

const devServerPorts = new Set(frameworks.flatMap(({ role, ports = [] }) => (role === 'devServer' ? ports : [])));

/**
 * Whether a dev server is still starting: a project's program is silent on a usual dev server port. Many dev servers
 * compile their first page for longer than our timeout. Other servers answer, hang up, or use other ports.
 */
function isStarting({ remotePort, heard }: Seen): boolean {
  return heard?.kind !== 'other' && isOfProject(remotePort) && devServerPorts.has(remotePort.port);
}

/** An unknown web server: a dev server if it runs in a project folder, else a service of the machine. */
function unnamed(remotePort: RemotePort): Program {
  return { framework: 'http', name: 'HTTP', icon: 'globe', role: isOfProject(remotePort) ? 'devServer' : 'web' };
}

function commandOf({ process }: RemotePort): string {
  const command = process?.commandLine?.join(' ') ?? '';
  return (command === '' ? (process?.name ?? '') : command).slice(0, 4096);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

function titleOf(body: string): string | undefined {
  const text = /<title(?:\s[^>]{0,200})?>([^<]{0,1000})<\/title/i.exec(body)?.[1];
  const title =
    text &&
    oneLine(
      text.replaceAll(/&([a-z]{2,4}|#39);/g, (all, name: string) => entities[name] ?? all),
      100,
    );
  return title === '' ? undefined : title;
}
