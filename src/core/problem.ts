import { UserError, errorText } from '../base/userError.ts';
import type { ConfigProblem } from './config/hostConfig.ts';
import type { ExecProblem } from './detect/exec.ts';
import type { CommandProblem } from './spec/commandProblem.ts';
import type { RelayProblem } from './forward/connections.ts';
import type { ListenRemoteProblem } from './forward/dial.ts';
import type { ForwardSyntaxProblem } from './spec/fields.ts';
import type { ListenProblem } from './forward/listenProblem.ts';
import type { HostProblem } from './ssh/connection.ts';

/** Every fact about a failure that reaches a person. `view/problem.ts` has a sentence and a next step for each. */
export type Problem =
  | CommandProblem
  | ConfigProblem
  | RelayProblem
  | HostProblem
  | ExecProblem
  | ForwardSyntaxProblem
  | ListenProblem
  | ListenRemoteProblem
  /** A reconnect in the background would have had to ask for a password, a code or consent. */
  | { readonly code: 'loginNeeded' }
  /** A SOCKS proxy is to ask for a password, and the secret store has none. */
  | { readonly code: 'proxyPasswordMissing' }
  /** A bug of ours or of a library: the log has the stack. */
  | { readonly code: 'unexpected'; readonly detail: string };

/** The facts of whatever was thrown. Aborting is a person's decision, everything without facts is a bug. */
export function problemOf(error: unknown): Problem {
  if (error instanceof UserError) return error.problem as Problem;
  if (error instanceof Error && error.name === 'AbortError') return { code: 'cancelled' };
  return { code: 'unexpected', detail: errorText(error) };
}
