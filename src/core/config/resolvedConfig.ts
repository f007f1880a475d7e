import type { Environment } from './environment.ts';
import type { ConfigForward } from './keywords/forwards.ts';
import type { Setting } from './keywords/values.ts';
import type { Tokens } from './reading/tokens.ts';

/** Everything that is known of one destination, in the words of `ssh -G`. A keyword that nobody set is absent. */
export interface ResolvedConfig {
  readonly name: string;
  readonly hostName: string;
  readonly user: string;
  readonly port: string;
  /** By the keyword's name. */
  readonly settings: ReadonlyMap<string, Setting>;
  readonly forwards: readonly ConfigForward[];
  readonly tokens: Tokens;
  readonly environment: Environment;
}
