import type { HostConfig } from '../core/config/hostConfig.ts';
import type { RelayProblem } from '../core/forward/connections.ts';
import type { BoundAddress } from '../core/forward/runningForward.ts';
import { formatEndpoint } from '../core/spec/grammar.ts';
import type { Endpoint, ForwardSpec } from '../core/spec/spec.ts';
import type { Problem } from '../core/problem.ts';
import type { ConnectionEnd } from '../core/ssh/connection.ts';
import { problemText } from '../view/problem.ts';

export const usage = `usage: ssh-ports -N [-46AaCgKnqTv] [-B bind_interface] [-b bind_address] [-c cipher_spec] [-F configfile] [-I pkcs11]
           [-i identity_file] [-J [user@]host[:port]] [-l login_name] [-m mac_spec] [-o option] [-p port]
           [-L address] [-R address] [-D [bind_address:]port] [--https] destination
       ssh-ports -G [options] destination
       ssh-ports mcp [-F configfile] [--allow host]... [-v]`;

type Words = { readonly [C in Problem['code']]?: (problem: Extract<Problem, { readonly code: C }>) => string };

/** The messages of ssh(1), because scripts may look for them. */
const sshWords: Words = {
  dnsFailed: ({ hostName }) => `ssh: Could not resolve hostname ${hostName}: Name or service not known`,
  connectionRefused: ({ address, port }) => `ssh: connect to host ${address} port ${port}: Connection refused`,
  unreachable: ({ address, port, detail }) => `ssh: connect to host ${address} port ${port}: ${detail}`,
  bindFailed: ({ bindAddress, detail }) => `ssh: bind ${bindAddress}: ${detail}`,
  timeout: ({ host, phase }) => `Connection to ${host} timed out (${phase}).`,
  authFailed: ({ user, host, accepted, said }) => {
    const methods = accepted.length > 0 ? ` (${accepted.join(',')})` : '';
    return `${said === undefined ? '' : `${said}\n`}${user}@${host}: Permission denied${methods}.`;
  },
  hostKeyUnknown: ({ keyType, host, fingerprint }) =>
    `No ${keyType} host key is known for ${host} (${fingerprint}).\nHost key verification failed.`,
  hostCertificateInvalid: (problem) => `${problemText(problem).what}\nHost key verification failed.`,
  hostKeyChanged: offendingKey,
  hostKeyRevoked: offendingKey,
  commandSyntax: (problem) => commandLine(problem),
  forwardSyntax: (problem) => `Bad forwarding specification '${problem.text}': ${problemText(problem).what}`,
  configSyntax: ({ file, line, detail }) => `${file}: line ${line}: ${detail}`,
  fileUnreadable: ({ file, detail }) => `Can't open user config file ${file}: ${detail}`,
};

/** Why a listener could not bind, in the words of bind(2). */
const bindWords: Words = {
  portInUse: ({ owner }) => `Address already in use${owner ? ` by ${owner.name} (pid ${owner.pid})` : ''}`,
  portPrivileged: () => 'Permission denied',
  addressUnavailable: () => 'Cannot assign requested address',
  pipeNeeded: () => 'Not a named pipe, such as //./pipe/docker_engine',
  listenFailed: ({ detail }) => detail,
};

/** The message for a problem. */
export function problemLine(problem: Problem): string {
  const { what, next } = problemText(problem);
  return wordsFor(sshWords, problem) ?? (next ? `${what}\n${next}` : what);
}

/** The lines for a listener that accepts connections. ssh(1) has its own line for a port that the server chose. */
export function readyLines(spec: ForwardSpec, bound: readonly BoundAddress[]): readonly string[] {
  const listening = bound.map(boundText).join(', ');
  const port = bound[0]?.kind === 'tcp' ? bound[0].port : 0;
  switch (spec.kind) {
    case 'local':
      return [`forwarding ${listening} to ${formatEndpoint(spec.to)}`];
    case 'dynamic':
      return [`forwarding ${listening} as a SOCKS proxy`];
    case 'remote':
      return [
        ...allocated(spec, port, sshDestination(spec.to)),
        `forwarding remote ${listening} to ${formatEndpoint(spec.to)}`,
      ];
    case 'remoteDynamic':
      return [...allocated(spec, port, 'socks:0'), `forwarding remote ${listening} as a SOCKS proxy`];
  }
}

/** `file`: the certificate that a browser or curl has to trust. */
export function httpsLine([first]: readonly BoundAddress[], file: string): string {
  const port = first?.kind === 'tcp' ? first.port : 0;
  return `serving https://localhost:${port}/ too, with certificates of ${file}`;
}

/** The lines for a forward that did not open. ssh(1) goes on without it, unless ExitOnForwardFailure is set. */
export function forwardFailureLines(spec: ForwardSpec, problem: Problem, isFatal: boolean): readonly string[] {
  const { bind } = spec;
  if (spec.kind === 'remote' || spec.kind === 'remoteDynamic') {
    const where = bind.kind === 'unix' ? `path ${bind.path}` : `port ${bind.port}`;
    return [`${isFatal ? 'Error' : 'Warning'}: remote port forwarding failed for listen ${where}`];
  }
  const why = wordsFor(bindWords, problem) ?? problemText(problem).what;
  const lines =
    bind.kind === 'unix'
      ? [`unix_listener: cannot bind to path ${bind.path}: ${why}`]
      : [
          `bind [${bind.host ?? 'localhost'}]:${bind.port}: ${why}`,
          `channel_setup_fwd_listener_tcpip: cannot listen to port: ${bind.port}`,
        ];
  return [...lines, 'Could not request local forwarding.'];
}

/** The line for one connection that failed, while its forward goes on. */
export function connectionProblemLine(problem: RelayProblem): string {
  switch (problem.code) {
    case 'connectFailed':
      return `channel open failed: connect failed: ${problem.detail}`;
    case 'forwardingProhibited':
      return `channel open failed: administratively prohibited: ${problem.detail}`;
    case 'localConnectFailed':
      return problem.to.kind === 'unix'
        ? `connect_to ${problem.to.path}: failed (${problem.detail}).`
        : `connect_to ${problem.to.host} port ${problem.to.port}: failed (${problem.detail}).`;
    case 'channelRefused':
      return `channel open failed: ${problem.detail}`;
    case 'linkLost':
    case 'acceptFailed':
    case 'unexpected':
      return problemText(problem).what;
  }
}

export function endLine(config: HostConfig, end: ConnectionEnd): string {
  if (end.kind === 'lost' && end.why === 'keepalive') return `Timeout, server ${config.hostName} not responding.`;
  const detail = end.kind === 'lost' && end.why === 'error' ? ` (${end.detail})` : '';
  return `Connection to ${config.hostName} closed by remote host.${detail}`;
}

function commandLine(problem: Extract<Problem, { readonly code: 'commandSyntax' }>): string {
  const { reason, word } = problem;
  if (reason === 'unknownFlag') return `unknown option -- ${word.slice(1)}\n${usage}`;
  if (reason === 'flagNeedsValue') return `option requires an argument -- ${word.slice(1)}\n${usage}`;
  if (reason === 'badPort') return `Bad port '${word}'`;
  return `${problemText(problem).what}\n${usage}`;
}

function allocated({ bind }: ForwardSpec, port: number, to: string): readonly string[] {
  return bind.kind === 'tcp' && bind.port === 0 ? [`Allocated port ${port} for remote forward to ${to}`] : [];
}

function sshDestination(to: Endpoint): string {
  return to.kind === 'unix' ? to.path : `${to.host}:${to.port}`;
}

function boundText(bound: BoundAddress): string {
  return bound.kind === 'unix' ? bound.path : formatEndpoint({ kind: 'tcp', host: bound.address, port: bound.port });
}

function offendingKey(problem: Extract<Problem, { readonly code: 'hostKeyChanged' | 'hostKeyRevoked' }>): string {
  const { file, line } = problem;
  return `${problemText(problem).what}\nOffending key in ${file}:${line}\nHost key verification failed.`;
}

function wordsFor(words: Words, problem: Problem): string | undefined {
  return (words[problem.code] as ((facts: Problem) => string) | undefined)?.(problem);
}
