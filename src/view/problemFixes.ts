import type { Problem } from '../core/problem.ts';
import type { Target } from './row.ts';

/** A button of an error message. */
export type Fix =
  | { readonly kind: 'tryAgain'; readonly label: string }
  /** Opens the block of a host, or a line of a file. */
  | { readonly kind: 'open'; readonly label: string; readonly target: Target }
  | { readonly kind: 'copy'; readonly label: string; readonly text: string };

/** What mends a problem in one click, the likeliest first. */
export function problemFixes(problem: Problem): readonly Fix[] {
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
    case 'acceptFailed':
    case 'browserMissing':
    case 'addressUnavailable':
    case 'cancelled':
    case 'commandSyntax':
    case 'configBadName':
    case 'connectFailed':
    case 'containerGone':
    case 'containerUnreachable':
    case 'execRefused':
    case 'forwardSyntax':
    case 'forwardingProhibited':
    case 'hostCertificateInvalid':
    case 'hostExists':
    case 'hostKeyRevoked':
    case 'kubectlFailed':
    case 'kubectlMissing':
    case 'listenFailed':
    case 'localConnectFailed':
    case 'trustFailed':
    case 'trustToolMissing':
    case 'noSocketFolder':
    case 'opensshMissing':
    case 'pipeNeeded':
    case 'portInUse':
    case 'portPrivileged':
    case 'proxyPasswordMissing':
    case 'unexpected':
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
