import type { Program } from '../detect/identify/program.ts';
import type { RemotePort } from '../detect/remotePort.ts';
import { attributesFor, hasRule, type PortAttributes, type PortRules, type RuleSubject } from './portRules.ts';

/** A remote port and what is known of it. `program` is absent until it was asked (or told from its command line). */
export interface Candidate extends RemotePort {
  readonly program?: Program;
  /** It listened already when the watch began. */
  readonly wasThere: boolean;
}

export interface AutoForwardSettings {
  readonly mode: 'off' | 'devServers' | 'all';
  /** Also what listened already at connect. */
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
  | { readonly kind: 'ignore'; readonly port: number; readonly why: IgnoreReason };

export type ForwardReason = 'rule' | 'devServer' | 'all';

export type IgnoreReason =
  /** Auto-forward is off. */
  | 'off'
  /** A rule says `ignore`. */
  | 'rule'
  | 'sshPort'
  /** sshd, the editors' own servers, resolvers and the like. */
  | 'infrastructure'
  | 'otherUser'
  | 'database'
  /** It listened before the watch began. */
  | 'existing'
  | 'notADevServer';

/** Ports that the system hands out by itself (ip(7), ip_local_port_range); who wants to be found picks a lower one. */
const firstEphemeralPort = 32_768;
const ephemeralWaitMs = 2000;

/**
 * How old a listener must be to be asked and forwarded. A suite of tests opens such ports by the hundred, each for a
 * moment, and may count who comes; what a rule of the user's names is no such thing.
 */
export function settlingMs(listener: RemotePort, rules: PortRules): number {
  return listener.port < firstEphemeralPort || isWanted(ruleSubject(listener), rules) ? 0 : ephemeralWaitMs;
}

/** What to do about a port that listens and is not forwarded. */
export function decide(candidate: Candidate, settings: AutoForwardSettings): AutoForward {
  const { port, owner, process, program, wasThere } = candidate;
  const ignore = (why: IgnoreReason): AutoForward => ({ kind: 'ignore', port, why });
  if (settings.mode === 'off') return ignore('off');
  if (port === 22 || port === settings.sshPort) return ignore('sshPort');

  const subject = ruleSubject(candidate, program);
  const attributes = attributesFor(subject, settings.rules);
  if (attributes.onAutoForward === 'ignore') return ignore('rule');
  if (program?.role === 'infrastructure') return ignore('infrastructure');
  if (isWanted(subject, settings.rules)) return { kind: 'forward', port, attributes, why: 'rule' };

  // Of our own processes every tool tells us; Windows names the process but not its user.
  const isOwn = owner ? owner === 'self' : process !== undefined;
  if (!isOwn) return ignore('otherUser');
  if (program?.role === 'database') return ignore('database');
  if (wasThere && !settings.forwardExisting) return ignore('existing');
  if (program?.role === 'devServer') return { kind: 'forward', port, attributes, why: 'devServer' };
  return settings.mode === 'all' ? { kind: 'forward', port, attributes, why: 'all' } : ignore('notADevServer');
}

/** A rule asks for it. One that only names a port, or is to keep quiet about it, does not. */
function isWanted(subject: RuleSubject, rules: PortRules): boolean {
  const { onAutoForward } = attributesFor(subject, rules);
  return hasRule(subject, rules) && onAutoForward !== undefined && onAutoForward !== 'silent';
}

/** What the rules may look at. */
export function ruleSubject({ port, addresses, process }: RemotePort, program?: Program): RuleSubject {
  const command = process?.commandLine?.join(' ') ?? process?.name;
  return {
    port,
    addresses,
    ...(command !== undefined && { command }),
    ...(program && program.framework !== 'unknown' && { frameworks: [program.framework, program.name] }),
  };
}
