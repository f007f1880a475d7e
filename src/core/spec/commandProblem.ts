import { UserError } from '../../base/userError.ts';

/** A command line of ssh(1) that cannot be understood, or that asks for something that is not a forwarder's business. */
export interface CommandProblem {
  readonly code: 'commandSyntax';
  readonly reason:
    | 'unknownFlag'
    /** It is a flag of ssh(1), but means a thing that is not done here: X11, tunnels, multiplexing … */
    | 'unsupportedFlag'
    | 'flagNeedsValue'
    | 'badPort'
    | 'openQuote'
    /** Variables, substitutions, pipes: what only a shell can do. */
    | 'shellSyntax'
    | 'noDestination'
    /** A second -J, or one behind a ProxyJump or a ProxyCommand. */
    | 'secondJump'
    /** A key's file in the folder where the command would have been run. */
    | 'relativePath'
    /** A command to run on the remote stands after the destination. */
    | 'remoteCommand';
  /** The word or flag that it is about, as it was written. */
  readonly word: string;
}

export function commandError(reason: CommandProblem['reason'], word: string): UserError<CommandProblem> {
  return new UserError({ code: 'commandSyntax', reason, word });
}
