import type { SocketFolderProblem } from '../base/socketFolder.ts';
import { UserError, errorText } from '../base/userError.ts';
import type { ConfigProblem } from './config/hostConfig.ts';
import type { ExecProblem } from './detect/exec.ts';
import type { CommandProblem } from './spec/commandProblem.ts';
import type { RelayProblem } from './forward/connections.ts';
import type { ListenRemoteProblem } from './forward/dial.ts';
import type { ForwardSyntaxProblem } from './spec/fields.ts';
import type { TrustProblem } from './front/certificates/trust.ts';
import type { ListenProblem } from './forward/listenProblem.ts';
import type { ContainerProblem } from './detect/containers/container.ts';
import type { KubectlProblem } from './session/forwards/remoteKubectl.ts';
import type { HostProblem } from './ssh/connection.ts';

/** Every failure that reaches a person, as facts. `view/problem.ts` has a sentence and a next step for each. */
export type Problem =
  | CommandProblem
  | ConfigProblem
  | RelayProblem
  | HostProblem
  | ExecProblem
  | ForwardSyntaxProblem
  | ListenProblem
  | ListenRemoteProblem
  | SocketFolderProblem
  | ContainerProblem
  | TrustProblem
  | KubectlProblem
  /** A reconnect in the background needs a password, a code or consent. */
  | { readonly code: 'loginNeeded' }
  /** A SOCKS proxy is protected, and the secret store has no password for it. */
  | { readonly code: 'proxyPasswordMissing' }
  /** The engine in its thread has stopped unexpectedly. Another one starts. */
  | { readonly code: 'engineStopped' }
  /** No browser of this machine can start with a profile of its own. */
  | { readonly code: 'browserMissing' }
  /** A bug of ours or of a library. The log has the stack. */
  | { readonly code: 'unexpected'; readonly detail: string };

/** The facts of an error. An abort reads as `cancelled`; an error without facts is a bug. */
export function problemOf(error: unknown): Problem {
  if (error instanceof UserError) return error.problem as Problem;
  if (error instanceof Error && error.name === 'AbortError') return { code: 'cancelled' };
  return { code: 'unexpected', detail: errorText(error) };
}
