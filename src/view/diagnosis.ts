import { isLoopback } from '../core/spec/loopback.ts';
import type { Bind, Endpoint, ForwardSpec } from '../core/spec/spec.ts';
import type { Problem } from '../core/problem.ts';
import type { Settings } from '../core/session/settings.ts';
import type { AppState, ForwardState, HostState, LinkState } from '../core/session/state.ts';
import { byteText } from './forwardText.ts';
import { forwardPath } from './path/path.ts';

export interface DiagnosisFacts {
  readonly state: AppState;
  readonly settings: Settings;
  /** Version by program. */
  readonly versions: Readonly<Record<string, string>>;
  /** By host name. A host that did not answer has no entry. */
  readonly rttMs: ReadonlyMap<string, number>;
}

/**
 * Everything that a bug report needs, as Markdown.
 *
 * SECURITY: the text contains only numbers, codes and our own names. It never contains names of hosts or users, addresses,
 * paths, commands or text from a remote, whatever the state holds.
 */
export function diagnosis(facts: DiagnosisFacts): string {
  const { state, settings, versions } = facts;
  const used = state.hosts.filter(({ link, forwards }) => link.kind !== 'idle' || forwards.length > 0);
  const lines = [
    '# SSH Ports: Diagnosis',
    '',
    'This text leaves out names of hosts and users, addresses, paths and commands. Read it before you post it.',
    '',
    '## Versions',
    ...Object.entries(versions).map(([name, version]) => `- ${name}: ${version}`),
    '',
    '## Settings',
    ...settingLines(settings),
    '',
    '## State',
    `- known hosts: ${state.hosts.length}, used: ${used.length}`,
    `- forwarding: ${state.isForwarding ? 'on' : 'off'}`,
    ...state.configProblems.map((problem) => `- SSH configuration: ${problemFacts(problem)}`),
    ...used.flatMap((host, index) => ['', ...hostLines(facts, host, index + 1)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Prints numbers and switches. Of a text that somebody typed, it prints only that the setting is set. */
function settingLines(settings: Settings): readonly string[] {
  const { autoForward, portRules, hosts, ...others } = settings;
  return [
    `- autoForward: ${autoForward}`,
    `- port rules: ${portRules.rules.length}, without effect: ${portRules.badKeys.length}`,
    `- hosts with their own settings: ${Object.keys(hosts).length}`,
    ...Object.entries(others).map(([name, value]) => `- ${name}: ${settingFacts(value)}`),
  ];
}

function settingFacts(value: unknown): string {
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return choices.find((choice) => choice === value) ?? 'set';
}

const choices = ['always', 'ask', 'auto', 'builtin', 'never', 'openssh'] as const;

function hostLines(facts: DiagnosisFacts, host: HostState, number: number): readonly string[] {
  const rttMs = facts.rttMs.get(host.name);
  const { detection, remotePorts, forwards } = host;
  const method = detection.kind === 'watching' ? ` by ${detection.method} every ${detection.pollMs} ms` : '';
  const reason = detection.kind === 'unavailable' ? ` (${detection.reason})` : '';
  const seen = remotePorts.map(
    ({ port, program, wasThere }) => `${port} ${program?.framework ?? 'not asked'}${wasThere ? '' : ' (new)'}`,
  );
  return [
    `## Host ${number} (${host.source.kind === 'config' ? 'from the SSH configuration' : 'typed'})`,
    `- link: ${linkFacts(host.link)}`,
    ...(rttMs === undefined ? [] : [`- round trip: ${rttMs.toFixed(1)} ms`]),
    `- detection: ${detection.kind}${method}${reason}`,
    `- remote ports: ${seen.join(', ') || 'none'}`,
    ...forwards.flatMap((forward, index) => forwardLines(facts.state, host, forward, index + 1)),
  ];
}

function linkFacts(link: LinkState): string {
  switch (link.kind) {
    case 'idle':
    case 'connecting':
      return link.kind;
    case 'online': {
      const { transport, serverVersion, cipher, kex, hostKey, via, authMethod } = link.facts;
      const server = /^SSH-[\d.]+-\S+/u.exec(serverVersion)?.[0] ?? 'unknown server';
      const login = /^[\w-]+/u.exec(authMethod)?.[0] ?? 'unknown login';
      return [
        'online',
        transport,
        server,
        cipher,
        kex,
        hostKey,
        login,
        `${via.length} ${via.length === 1 ? 'jump host' : 'jump hosts'}`,
      ].join(', ');
    }
    case 'waiting':
    case 'failed':
      return `${link.kind}, ${problemFacts(link.why)}`;
  }
}

function forwardLines(state: AppState, host: HostState, forward: ForwardState, number: number): readonly string[] {
  const { spec, origin, status } = forward;
  const path = forwardPath(state, host.name, forward.id);
  const hops = path?.hops.map((hop) => `${hop.kind} ${hop.state}${hop.fault ? ` (${hop.fault.code})` : ''}`) ?? [];
  return [
    `- forward ${number}: ${specFacts(spec)}, by ${origin}, ${statusFacts(status)}`,
    `  - path: ${hops.join(' → ')}`,
  ];
}

function statusFacts(status: ForwardState['status']): string {
  if (status.kind === 'failed') return `failed, ${problemFacts(status.why)}`;
  if (status.kind !== 'open') return status.kind;
  const { bound, traffic, instead, trouble, sharedFor } = status;
  const ports = bound.map((each) => (each.kind === 'unix' ? 'a socket' : `${family(each.address)} port ${each.port}`));
  return [
    `listening at ${ports.join(' and ')}`,
    `${traffic.openConnections} open of ${traffic.totalConnections} connections`,
    `${byteText(traffic.bytesToRemote)} sent, ${byteText(traffic.bytesFromRemote)} received`,
    ...(sharedFor === undefined ? [] : ['shared with the network']),
    ...(instead ? [`instead of ${instead.port} (${problemFacts(instead.why)})`] : []),
    ...(trouble ? [`trouble: ${problemFacts(trouble)}`] : []),
  ].join(', ');
}

function specFacts(spec: ForwardSpec): string {
  const to = spec.kind === 'local' || spec.kind === 'remote' ? ` → ${placeFacts(spec.to)}` : '';
  return `${spec.kind} ${placeFacts(spec.bind)}${to}`;
}

function placeFacts(place: Bind | Endpoint): string {
  if (place.kind === 'unix') return 'a socket';
  const { host, port } = place;
  if (host === undefined) return String(port);
  return `${isLoopback(host) ? host : host === '*' ? '*' : 'another host'}:${port}`;
}

function family(address: string): string {
  if (isLoopback(address)) return address.includes(':') ? 'IPv6 loopback' : 'IPv4 loopback';
  return address === '0.0.0.0' || address === '::' ? 'all interfaces' : 'an address';
}

/** The code, and the facts that cannot hold anything private. */
function problemFacts(problem: Problem): string {
  const publicFacts = ['phase', 'reason', 'expected', 'port', 'line'];
  const facts = Object.entries(problem)
    .filter(([name]) => publicFacts.includes(name))
    .map(([name, value]) => `${name} ${String(value)}`);
  const offer = problem.code === 'noCommonAlgorithm' ? [`${problem.what} ${problem.server.join(' ')}`] : [];
  return [problem.code, ...facts, ...offer].join(', ');
}
