import type { Program } from '../detect/identify/program.ts';
import type { Container } from '../detect/containers/container.ts';
import type { PortPlace } from '../detect/place.ts';
import type { RemotePort } from '../detect/remotePort.ts';
import { firstEphemeralPort } from '../spec/port.ts';
import { attributesFor, hasRule, type PortAttributes, type PortRules, type RuleSubject } from './portRules.ts';

/** A remote port that could be forwarded. `program`: absent until the program was asked or told by its command line. */
export interface Candidate extends RemotePort {
  readonly program?: Program;
  /** The port was open when the watch began. */
  readonly wasThere: boolean;
}

export interface AutoForwardSettings {
  readonly mode: 'off' | 'devServers' | 'all';
  /** Also forwards ports that were open when the host connected. */
  readonly forwardExisting: boolean;
  readonly rules: PortRules;
  /** The port that the SSH connection itself goes to. */
  readonly sshPort: number;
}

export type AutoForward =
  | {
      readonly kind: 'forward';
      readonly port: number;
      readonly attributes: PortAttributes;
      readonly why: ForwardReason;
    }
  | { readonly kind: 'ignore'; readonly port: PortPlace; readonly why: IgnoreReason };

export type ForwardReason = 'rule' | 'devServer' | 'all';

export type IgnoreReason =
  /** Auto-forward is off. */
  | 'off'
  /** A rule says `ignore`. */
  | 'rule'
  | 'sshPort'
  /** sshd, the editors' own servers, resolvers. */
  | 'infrastructure'
  | 'otherUser'
  /** A second port of a server whose page is not forwarded. */
  | 'page'
  | 'database'
  /** The port was open before the watch began. */
  | 'existing'
  | 'notADevServer';

const ephemeralWaitMs = 2000;

/**
 * How long a port must be open before its program is asked, in milliseconds. Test suites open ephemeral ports by the
 * hundred, each for a moment, and may count the connections to them. A port that a rule wants is asked at once.
 */
export function settlingMs(remotePort: RemotePort, rules: PortRules): number {
  return remotePort.port < firstEphemeralPort || isWanted(ruleSubject(remotePort), rules) ? 0 : ephemeralWaitMs;
}

/** What to do about a remote port without a forward. */
export function decide(candidate: Candidate, settings: AutoForwardSettings): AutoForward {
  const { port, owner, process, program, wasThere, container } = candidate;
  const ignore = (why: IgnoreReason): AutoForward => ({
    kind: 'ignore',
    port: container ? `${container.name}:${port}` : port,
    why,
  });
  if (settings.mode === 'off') return ignore('off');
  if (!container && (port === 22 || port === settings.sshPort)) return ignore('sshPort');

  const subject = ruleSubject(candidate, program);
  const attributes = attributesFor(subject, settings.rules);
  if (attributes.onAutoForward === 'ignore') return ignore('rule');
  if (program?.role === 'infrastructure') return ignore('infrastructure');
  if (isWanted(subject, settings.rules)) return { kind: 'forward', port, attributes, why: 'rule' };

  // Every tool tells of our own processes. Windows names the process but not its user.
  const isOwn = owner ? owner === 'self' : process !== undefined;
  if (!isOwn) return ignore('otherUser');
  if (program?.role === 'database') return ignore('database');
  if (wasThere && !settings.forwardExisting) return ignore('existing');
  if (program?.role === 'devServer') return { kind: 'forward', port, attributes, why: 'devServer' };
  return settings.mode === 'all' ? { kind: 'forward', port, attributes, why: 'all' } : ignore('notADevServer');
}

/** A rule wants the port forwarded. A rule that only labels the port, or is `silent`, does not. */
export function isWanted(subject: RuleSubject, rules: PortRules): boolean {
  const { onAutoForward } = attributesFor(subject, rules);
  return hasRule(subject, rules) && onAutoForward !== undefined && onAutoForward !== 'silent';
}

/** The facts that rules match. */
export function ruleSubject({ port, addresses, process, container }: RemotePort, program?: Program): RuleSubject {
  const command = process?.commandLine?.join(' ') ?? process?.name;
  return {
    port,
    addresses,
    ...(container && { containers: namesOf(container) }),
    ...(command !== undefined && { command }),
    ...(program && program.framework !== 'unknown' && { frameworks: [program.framework, program.name] }),
  };
}

/** All that a rule may call a container. */
function namesOf({ name, containerName, service, id }: Container): readonly string[] {
  return [name, containerName, service, id].filter((each) => each !== undefined);
}
