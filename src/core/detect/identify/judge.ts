import type { RemotePort } from '../remotePort.ts';
import { commandOf, commandScore, isOfProject, isUsualDevPort } from './evidence.ts';
import { type Framework, frameworks } from './frameworks.ts';
import type { Program } from './program.ts';
import type { ProbeAnswer } from './probe.ts';
import { mayAsk, servesOne } from './question.ts';
import { titleOf } from './title.ts';

/** Weighs the evidence about the program on a port. `heard` is absent if no request was sent. */
export function judge(remotePort: RemotePort, heard?: ProbeAnswer): Program {
  const http = heard?.kind === 'http' ? heard : undefined;
  const title = http && titleOf(http.answer.body);
  const seen: Seen = { remotePort, command: commandOf(remotePort), heard, title };
  const best = frameworks
    .flatMap((framework) => weigh(framework, seen) ?? [])
    .reduce<Match | undefined>((winner, match) => (winner && winner.score >= match.score ? winner : match), undefined);
  if (http?.answer.status === 426 && best?.framework.role !== 'debugger') return webSocket;
  const scheme = schemeOf(heard);
  if (!best && !scheme) {
    return { framework: 'unknown', name: remotePort.process?.name || 'unknown', icon: 'plug', role: 'unknown' };
  }
  const named = best ? nameOf(best, seen, scheme !== undefined || isStarting(seen)) : unnamed(remotePort);
  const path = http?.answer.status === 404 ? best?.framework.path : undefined;
  return {
    ...named,
    ...(scheme && { evidence: 'answer' }),
    // A debugger may speak HTTP, but has no page.
    ...(scheme && named.role !== 'debugger' && { scheme }),
    ...(path !== undefined && { path }),
    ...(title && { title }),
  };
}

/** It answers nothing but a WebSocket handshake (RFC 9110 §15.5.22): part of a page's server, and no page of its own. */
const webSocket: Program = {
  framework: 'websocket',
  name: 'WebSocket',
  icon: 'radio-tower',
  role: 'devServer',
  evidence: 'answer',
};

/** A server may refuse us after its TLS handshake, for HTTP/1.1 or for a certificate that it wants. Its page is behind TLS. */
function schemeOf(heard: ProbeAnswer | undefined): Program['scheme'] {
  if (heard?.kind === 'http') return heard.scheme;
  return heard?.kind === 'other' ? heard.scheme : undefined;
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

function nameOf({ framework, evidence }: Match, seen: Seen, isWeb: boolean): Program {
  const { id, name, icon, role, level, speaks } = framework;
  // A program in this language is not necessarily a web server.
  if (level === 'language' && !isWeb) return { framework: 'unknown', name, icon, role: 'unknown', evidence };
  if (!isWeb && isDoubtful(framework, seen)) return { framework: id, name, icon, role: 'unknown', evidence };
  return {
    framework: id,
    name,
    icon,
    role,
    evidence,
    ...(speaks === undefined && role !== 'debugger' && { scheme: 'http' }),
  };
}

/** A second port of a dev server's process may be its debugger: it has no page as long as nobody has asked. */
function isDoubtful({ role, speaks }: Framework, { remotePort, heard }: Seen): boolean {
  return (
    role === 'devServer' && speaks === undefined && !heard && remotePort.owner === 'self' && !mayAsk(remotePort, 'seen')
  );
}

/**
 * Whether a dev server is still starting: a project's program is silent on a usual dev server port. Many dev servers
 * compile their first page for longer than our timeout. Other servers answer, hang up, or use other ports.
 */
function isStarting({ remotePort, heard }: Seen): boolean {
  return (
    heard?.kind !== 'other' && isOfProject(remotePort) && isUsualDevPort(remotePort.port) && !servesOne(remotePort)
  );
}

/** An unknown web server: a dev server if it runs in a project folder, else a service of the machine. */
function unnamed(remotePort: RemotePort): Program {
  return { framework: 'http', name: 'HTTP', icon: 'globe', role: isOfProject(remotePort) ? 'devServer' : 'web' };
}
