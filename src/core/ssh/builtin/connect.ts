import { prefixed } from '../../../base/log.ts';
import { Scope } from '../../../base/scope.ts';
import { UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { ConnectDeps } from '../connectDeps.ts';
import type { HostProblem } from '../connection.ts';
import { loadHostKeys } from '../hostkeys/hostKeys.ts';
import { PromptTimeouts, withoutTimeout } from '../promptTimeouts.ts';
import { type Hop, openRoute } from '../route/route.ts';
import { proposal, type Proposal } from './algorithms.ts';
import { type BuiltinConnection, builtinConnection } from './builtinConnection.ts';
import { logIn } from './login.ts';

/** More jump hosts than any sane configuration has, counting jump hosts of jump hosts: the configuration is a loop. */
const MAX_DEPTH = 16;

export interface BuiltinDeps extends ConnectDeps {
  /** Can another transport log in with what this one lacks? Then this one asks no question first. */
  readonly isReplaceable?: () => Promise<boolean>;
}

/**
 * Connects and logs in, hop by hop. Rejects with a `UserError` (`HostProblem` or `commandNotAllowed`) or the signal's
 * reason, and closes whatever it opened before.
 */
export function connect(config: HostConfig, deps: BuiltinDeps, signal: AbortSignal): Promise<BuiltinConnection> {
  return connectVia(config, undefined, deps, 0, signal);
}

async function connectVia(
  config: HostConfig,
  through: Hop | undefined,
  deps: BuiltinDeps,
  depth: number,
  signal: AbortSignal,
): Promise<BuiltinConnection> {
  const { name: host } = config;
  if (depth > MAX_DEPTH) {
    throw new UserError<HostProblem>({ code: 'jumpFailed', host, via: through?.name ?? host, detail: 'loop' });
  }
  const log = prefixed(deps.log, host);
  const timeouts = new PromptTimeouts();
  const prompts = withoutTimeout(deps.prompts, timeouts);
  const scope = new Scope();
  try {
    const hostKeys = await loadHostKeys(config, prompts, log);
    const ours = usable(config, proposal(config, hostKeys.knownTypes));
    const connectHop = (hop: HostConfig, previous: Hop | undefined, stop: AbortSignal): Promise<BuiltinConnection> =>
      connectVia(hop, previous, deps, depth + 1, stop);
    const route = await openRoute(config, through, { ...deps, prompts, connectHop }, signal);
    scope.defer(() => route.close());
    const isDirect = !through && config.proxy.kind === 'none';
    const { client, facts } = await logIn(
      { ...deps, config, prompts, log, timeouts, hostKeys, proposal: ours, route, isDirect },
      signal,
    );
    return builtinConnection(client, config, facts, () => scope.close());
  } catch (error) {
    await scope.close();
    throw error;
  } finally {
    timeouts.stop();
  }
}

/** An empty proposal has nothing in common with any server. */
function usable({ name: host }: HostConfig, ours: Proposal): Proposal {
  const empty = Object.entries(ours).find(([, names]) => names.length === 0);
  if (empty) throw new UserError<HostProblem>({ code: 'noCommonAlgorithm', host, what: empty[0], server: [] });
  return ours;
}
