import type { Problem } from '../core/problem.ts';
import type { Target } from './row.ts';

/** A button of an error message. */
export type Fix =
  | { readonly kind: 'tryAgain'; readonly label: string }
  /** Opens the block of a host, or a line of a file. */
  | { readonly kind: 'open'; readonly label: string; readonly target: Target }
  | { readonly kind: 'copy'; readonly label: string; readonly text: string };

/** No click mends these. */
const withoutFix = [
  'acceptFailed',
  'browserMissing',
  'addressUnavailable',
  'cancelled',
  'commandSyntax',
  'configBadName',
  'connectFailed',
  'containerGone',
  'containerRelayFailed',
  'containerUnreachable',
  'containerWithoutRelay',
  'execRefused',
  'forwardSyntax',
  'forwardingProhibited',
  'hostCertificateInvalid',
  'hostExists',
  'kubectlFailed',
  'kubectlMissing',
  'listenFailed',
  'localConnectFailed',
  'trustFailed',
  'trustToolMissing',
  'noSocketFolder',
  'opensshMissing',
  'pipeNeeded',
  'portInUse',
  'portPrivileged',
  'proxyPasswordMissing',
  'unexpected',
] as const satisfies readonly Problem['code'][];

function isWithoutFix(problem: Problem): problem is Extract<Problem, { readonly code: (typeof withoutFix)[number] }> {
  return withoutFix.some((code) => code === problem.code);
}

/** What mends a problem in one click, the likeliest first. */
export function problemFixes(problem: Problem): readonly Fix[] {
  if (isWithoutFix(problem)) return [];
  switch (problem.code) {
    case 'timeout':
    case 'unreachable':
    case 'handshakeEnded':
    case 'jumpFailed':
    case 'engineStopped':
    case 'linkLost':
    case 'loginNeeded':
    case 'hostKeyUnknown':
    case 'commandNotAllowed':
    case 'channelRefused':
    case 'remoteBindRefused':
      return [tryAgain];
    case 'dnsFailed':
    case 'connectionRefused':
    case 'authFailed':
      return [tryAgain, openHost(problem.host)];
    case 'bindFailed':
    case 'noCommonAlgorithm':
    case 'hostKeyTooShort':
      return [openHost(problem.host)];
    case 'proxyFailed':
      return [openHost(problem.host), copyCommand(problem.command)];
    case 'hostKeyChanged':
      return keyFixes(problem);
    case 'configSyntax':
    case 'fileUnreadable':
      return [openFile('Open File', problem.file, problem.code === 'configSyntax' ? problem.line : 1)];
    case 'hostKeyRevoked':
      return [];
  }
}

function keyFixes({ file, line, lookup }: { file: string; line: number; lookup: string }): readonly Fix[] {
  return [copyCommand(removeHostKey(file, lookup)), openFile('Open known_hosts', file, line)];
}

/** The command that removes the known host key of a host. */
export function removeHostKey(file: string, lookup: string): string {
  return `ssh-keygen -f "${file}" -R "${lookup}"`;
}

const tryAgain: Fix = { kind: 'tryAgain', label: 'Try Again' };

function openHost(host: string): Fix {
  return { kind: 'open', label: 'Open Configuration', target: { kind: 'host', host } };
}

function openFile(label: string, file: string, line: number): Fix {
  return { kind: 'open', label, target: { kind: 'place', file, line: Math.max(1, line) } };
}

function copyCommand(text: string): Fix {
  return { kind: 'copy', label: 'Copy Command', text };
}
