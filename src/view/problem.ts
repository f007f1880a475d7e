import type { CommandProblem } from '../core/spec/commandProblem.ts';
import type { Bind, Endpoint } from '../core/spec/spec.ts';
import type { Problem } from '../core/problem.ts';

/** What went wrong, in one sentence, and what to do about it, in another. */
export interface ProblemText {
  readonly what: string;
  readonly next: string;
}

/** The words for every fact about a failure. Everything from the remote was made harmless where it came in. */
export function problemText(problem: Problem): ProblemText {
  switch (problem.code) {
    case 'configSyntax':
      if (problem.line === 0)
        return { what: `That is not right: ${problem.detail}.`, next: 'OpenSSH refuses it as well.' };
      return {
        what: `${problem.file}, line ${problem.line}: ${problem.detail}.`,
        next: 'Correct that line; OpenSSH refuses the file as well.',
      };
    case 'configUnreadable':
      return { what: `${problem.file} cannot be read: ${problem.detail}.`, next: 'Check that it exists and is yours.' };
    case 'configBadName':
      return {
        what: `“${problem.value}” is not a valid ${problem.what} name.`,
        next: 'OpenSSH refuses shell characters and a leading dash here; type it again without them.',
      };
    case 'hostExists':
      return {
        what: `“${problem.name}” is a host of your SSH configuration already.`,
        next: 'Choose another name, or change the block that is there.',
      };
    case 'commandNotAllowed':
      return {
        what: `The SSH configuration wants to run “${problem.command}”, and you have not allowed it.`,
        next: 'Connect again and allow the command, or remove it from the configuration.',
      };
    case 'dnsFailed':
      return {
        what: `The name ${problem.hostName}${problem.hostName === problem.host ? '' : ` of ${problem.host}`} cannot be resolved.`,
        next: 'Check the network, a VPN, and HostName in the SSH configuration.',
      };
    case 'connectionRefused':
      return {
        what: `${problem.host} refused the connection: nothing listens on ${address(problem.address, problem.port)}.`,
        next: 'Check that the SSH server runs, and Port in the SSH configuration.',
      };
    case 'unreachable':
      return {
        what: `${problem.host} cannot be reached at ${address(problem.address, problem.port)} (${problem.detail}).`,
        next: 'Check the network, a VPN or a firewall.',
      };
    case 'timeout':
      return {
        what: `${problem.host} did not answer in time (${phases[problem.phase]}).`,
        next: 'Check the network, a VPN or a firewall, and try again.',
      };
    case 'handshakeEnded':
      return {
        what: `${problem.host} ended the connection before the login${problem.detail ? ` (${problem.detail})` : ''}.`,
        next: 'It may be no SSH server, be overloaded, or have banned this address for a while.',
      };
    case 'noCommonAlgorithm':
      return {
        what: `${problem.host} offers no ${problem.what} that is supported here (it offers ${problem.server.join(', ') || 'none'}).`,
        next: 'Allow a newer algorithm on the server, or name one in the SSH configuration.',
      };
    case 'hostKeyUnknown':
      return {
        what: `The ${keyName(problem.keyType)} key of ${problem.host} (${problem.fingerprint}) is not known.`,
        next: 'Connect again and accept it if the fingerprint is right.',
      };
    case 'hostKeyChanged':
      return {
        what: `The host key of ${problem.host} has CHANGED: ${keyName(problem.keyType)} ${problem.fingerprint} is not what ${problem.file}, line ${problem.line} says. Somebody may be listening in.`,
        next: `If you know why it changed, run: ssh-keygen -f "${problem.file}" -R "${problem.lookup}"`,
      };
    case 'hostKeyRevoked':
      return {
        what: `The host key of ${problem.host} (${problem.fingerprint}) is revoked by ${problem.file}${problem.line > 0 ? `, line ${problem.line}` : ''}.`,
        next: 'Do not connect. Ask whoever runs the server for its new key.',
      };
    case 'hostKeyTooShort':
      return {
        what: `The RSA key of ${problem.host} has ${problem.bits} bits, and RequiredRSASize wants ${problem.required}.`,
        next: 'Give the server another key, or change RequiredRSASize in the SSH configuration.',
      };
    case 'hostCertificateUnsupported':
      return {
        what: `${problem.host} is known only by a certificate authority (${problem.file}, line ${problem.line}), and host certificates cannot be checked here.`,
        next: `Add the server's own key: ssh-keyscan shows it; compare its fingerprint first.`,
      };
    case 'authFailed':
      return {
        what: `${problem.host} let nobody in as ${problem.user}: tried ${[...new Set(problem.tried)].join(', ') || 'nothing'}; it would accept ${problem.accepted.join(', ') || 'nothing we have'}.`,
        next: problem.onlyOpenssh
          ? `Only the system’s ssh can use ${problem.onlyOpenssh.join(', ')}: set sshPorts.transport to auto, or load the key into your agent (ssh-add).`
          : hasTypedLast(problem.tried)
            ? 'Connect again to type it once more, or check User in the SSH configuration.'
            : 'Check User and IdentityFile in the SSH configuration, or load the key into your agent (ssh-add).',
      };
    case 'opensshMissing':
      return {
        what: `${problemText(problem.lacking).what} The system’s ssh could go on, but ${missingText[problem.why]}.`,
        next: missingNext[problem.why],
      };
    case 'proxyFailed':
      return {
        what: `The ProxyCommand of ${problem.host} ended: ${problem.detail}.`,
        next: `Try it in a terminal: ${problem.command}`,
      };
    case 'jumpFailed':
      return {
        what: `The jump host ${problem.via} did not reach ${problem.host} (${problem.detail}).`,
        next: `Check that ${problem.via} may forward connections and that ${problem.host} is reachable from it.`,
      };
    case 'connectFailed':
      return {
        what: `Nothing answers at ${endpoint(problem.to)} on the remote (${problem.detail}).`,
        next: 'Start the server there, or check host and port.',
      };
    case 'forwardingProhibited':
      return {
        what: `The SSH server forbids forwarding to ${endpoint(problem.to)} (${problem.detail}).`,
        next: 'Its administrator can allow it: AllowTcpForwarding and PermitOpen in sshd_config, or the key’s options.',
      };
    case 'channelRefused':
      return {
        what: `The SSH server opened no channel to ${endpoint(problem.to)} (${problem.detail}).`,
        next: 'It may be short of resources; try again.',
      };
    case 'linkLost':
      return {
        what: 'The connection to the host is lost.',
        next: 'It is made again by itself as soon as the host answers.',
      };
    case 'execRefused':
      return {
        what: 'The SSH server runs no commands for this login.',
        next: 'Forwarding works all the same: type the port.',
      };
    case 'portInUse':
      return {
        what: `${localText(problem.bind)} is taken${problem.owner ? ` by ${problem.owner.name} (pid ${problem.owner.pid})` : ''}.`,
        next: 'Choose another local port, or end that program.',
      };
    case 'portPrivileged':
      return {
        what: `${localText(problem.bind)} needs administrator rights.`,
        next: 'Choose a local port of 1024 or above.',
      };
    case 'addressUnavailable':
      return {
        what: `This machine has no address for ${bindText(problem.bind)}.`,
        next: 'Choose localhost, or an address of this machine.',
      };
    case 'listenFailed':
      return {
        what: `${localText(problem.bind)} cannot be opened (${problem.detail}).`,
        next: 'Choose another local port.',
      };
    case 'remoteBindRefused':
      return {
        what: `The SSH server did not open ${bindText(problem.bind).replace(/^Port/u, 'port')}.`,
        next:
          problem.bind.kind === 'unix'
            ? 'A socket of that name may be left there: remove it, or set StreamLocalBindUnlink in sshd_config. Or it is forbidden: AllowStreamLocalForwarding.'
            : 'The port may be taken or below 1024, or forbidden there: PermitListen and AllowTcpForwarding in sshd_config.',
      };
    case 'localConnectFailed':
      return {
        what: `This machine could not connect to ${endpoint(problem.to)} (${problem.detail}).`,
        next: localConnectNext[problem.reason],
      };
    case 'acceptFailed':
      return {
        what: `This machine accepts no more connections (${problem.detail}).`,
        next: 'Close some programs or connections.',
      };
    case 'forwardSyntax':
      return { what: expectedText[problem.expected], next: 'Examples: 8080, 8000:8080, 8000:db.internal:5432' };
    case 'commandSyntax':
      return {
        what: commandText(problem.reason, problem.word),
        next: 'Example: ssh -N -L 8000:localhost:8080 me@example.com',
      };
    case 'loginNeeded':
      return { what: 'The connection is lost, and logging in again needs you.', next: 'Connect again to answer.' };
    case 'proxyPasswordMissing':
      return {
        what: 'This proxy asks for a password, and the secret store has none for it.',
        next: 'Set it again: “Protect SOCKS Proxy with a Password…”.',
      };
    case 'cancelled':
      return { what: 'Cancelled.', next: '' };
    case 'unexpected':
      return {
        what: `Something unexpected happened: ${problem.detail}`,
        next: 'The log has the details; please report it.',
      };
  }
}

/** A password or an answer of the user's was what was refused in the end. */
function hasTypedLast(tried: readonly string[]): boolean {
  return ['password', 'keyboard-interactive'].includes(tried.at(-1) ?? '');
}

export function endpoint(to: Endpoint): string {
  return to.kind === 'unix' ? to.path : address(to.host, to.port);
}

/** `host:port`, with brackets around an IPv6 address. */
export function address(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function bindText(bind: Bind): string {
  if (bind.kind === 'unix') return bind.path;
  if (bind.host === undefined || bind.host === 'localhost') return `Port ${bind.port}`;
  return bind.host === '*' ? `Port ${bind.port} on all interfaces` : address(bind.host, bind.port);
}

function localText(bind: Bind): string {
  return bindText(bind).replace(/^Port/u, 'Local port');
}

/** `ssh-ed25519` → `ED25519`, as ssh(1) names keys. */
export function keyName(keyType: string): string {
  return keyType.replace(/^(?:ssh-|ecdsa-sha2-|sk-)/u, '').toUpperCase();
}

const missingText = {
  notFound: 'there is no ssh in the PATH',
  noControlMaster: 'that of Windows cannot share a connection (ControlMaster)',
} as const;

const missingNext = {
  notFound: 'Install the OpenSSH client.',
  noControlMaster: 'Load the key into an agent, allow another algorithm on the server, or work in WSL.',
} as const;

const localConnectNext = {
  refused: 'Start the server here, or check the port.',
  unreachable: 'Check the address and the network.',
  nameUnknown: 'Check the name.',
  prohibited: 'PermitRemoteOpen in the SSH configuration does not allow it.',
  other: 'Check the address and the server there.',
} as const;

const expectedText = {
  port: 'A port is a number from 1 to 65535.',
  destination: 'Where should it go? A host and a port are missing.',
  closingBracket: 'A closing ] is missing.',
  end: 'There is more than [bind:]port:host:port.',
  escapedCharacter: 'A character is missing after the backslash.',
  printable: 'There is a character in it that cannot be typed.',
  shorterName: 'That name is too long.',
  hostName: 'A host name has no blanks or slashes.',
  equalRange: 'Both ranges must have the same number of ports, rising.',
  fewerPorts: 'Those are too many ports at once.',
} as const;

function commandText(reason: CommandProblem['reason'], word: string): string {
  switch (reason) {
    case 'unknownFlag':
      return `ssh has no option ${word}.`;
    case 'unsupportedFlag':
      return `The option ${word} has nothing to do with forwarding and is not supported here.`;
    case 'flagNeedsValue':
      return `The option ${word} needs a value.`;
    case 'badPort':
      return `“${word}” is not a port.`;
    case 'openQuote':
      return 'A closing quote is missing.';
    case 'shellSyntax':
      return `“${word}” is something that only a shell understands.`;
    case 'noDestination':
      return 'The host is missing.';
    case 'secondJump':
      return `“${word}” is a second way to the host: ssh takes one -J, with commas between its hops.`;
    case 'relativePath':
      return `“${word}” is a file of the folder where the command is run: give its whole path.`;
    case 'remoteCommand':
      return `“${word}” would run a command on the remote; only forwards are made here.`;
  }
}

const phases = { connect: 'no TCP connection', handshake: 'no SSH handshake', auth: 'no end of the login' } as const;
