import type { ConfigProblem } from './config/hostConfig.ts';
import type { ExecProblem } from './detect/exec.ts';
import type { DialProblem, ListenRemoteProblem } from './forward/dial.ts';
import type { ListenProblem } from './forward/forward.ts';
import type { ConnectProblem } from './ssh/connection.ts';

/** Every fact about a failure that reaches a person. `view/problem.ts` has a sentence and a next step for each. */
export type Problem =
  | ConfigProblem
  | ConnectProblem
  | DialProblem
  | ExecProblem
  | ListenProblem
  | ListenRemoteProblem
  /** A bug of ours or of a library: the log has the stack. */
  | { readonly code: 'unexpected'; readonly detail: string };
