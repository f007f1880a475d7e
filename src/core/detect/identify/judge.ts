import { isLoopbackAddress } from '../../spec/loopback.ts';
import type { RemotePort } from '../remotePort.ts';
import { oneLine } from '../../../base/oneLine.ts';
import { type Framework, frameworks } from './frameworks.ts';
import type { Program } from './program.ts';
import type { ProbeAnswer } from './probe.ts';

/** Weighs all that is known of a remotePort; `heard` is absent when it was not asked. */
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
    // A debugger may answer in HTTP, but has no page.
    ...(http && named.role !== 'debugger' && { scheme: http.scheme }),
    ...(path !== undefined && { path }),
    ...(title && { title }),
  };
}

/** Not so when command line or port say that it does not speak HTTP, and nothing says that it does. */
export function mayBeAsked(remotePort: RemotePort): boolean {
  if (isTunnelEnd(remotePort)) return false;
  const command = commandOf(remotePort);
  const named = frameworks.filter((framework) => commandScore(framework, command, remotePort.port) > 0);
  if (named.length > 0) return named.every(({ speaks }) => speaks === undefined);
  return !frameworks.some(({ speaks, ports }) => speaks === 'other' && ports?.includes(remotePort.port));
}

/**
 * The remote shows us our own processes but for those that were another user's before, as sshd's sessions were
 * (PR_SET_DUMPABLE of prctl(2)). So this is the end of somebody's `ssh -R`, and another machine would be asked: at
 * worst the one that they sit at.
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
  // A number alone names only what is not to be asked: web servers move about, databases stay where they are.
  const isHttp = seen.heard?.kind === 'http';
  return port > 0 && framework.speaks === 'other' && !isHttp ? { framework, score: port, evidence: 'port' } : undefined;
}

/** That one port of a process is something says more than what the process is. */
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
  // That a language runs it does not say that it serves pages.
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
 * It keeps its silence where a project's server would be: many do for longer than is waited for, until they have
 * compiled their first page. What is no web server answers, hangs up, or has another port.
 */
function isStarting({ remotePort, heard }: Seen): boolean {
  return heard?.kind !== 'other' && isOfProject(remotePort) && devServerPorts.has(remotePort.port);
}

/** A web server that nobody knows: a project's own if it runs in somebody's folder, else a service of the machine. */
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
