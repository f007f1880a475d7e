import { UserError } from '../../base/userError.ts';

/** An ssh(1) command line that has an error, or that asks for something this product does not do. */
export interface CommandProblem {
  readonly code: 'commandSyntax';
  readonly reason:
    | 'unknownFlag'
    /** A flag of ssh(1) for something this product does not do: X11, tunnels, multiplexing … */
    | 'unsupportedFlag'
    | 'flagNeedsValue'
    | 'badPort'
    | 'openQuote'
    /** Variables, substitutions and pipes need a shell. */
    | 'shellSyntax'
    | 'noDestination'
    /** A second -J, or a -J after a ProxyJump or ProxyCommand option. */
    | 'secondJump'
    /** A key file relative to the folder in which the command was meant to run. */
    | 'relativePath'
    /** A remote command follows the destination. */
    | 'remoteCommand';
  /** The wrong word or flag, as written. */
  readonly word: string;
}

export function commandError(reason: CommandProblem['reason'], word: string): UserError<CommandProblem> {
  return new UserError({ code: 'commandSyntax', reason, word });
}
