import { prefixed } from '../../../base/log.ts';
import { Scope } from '../../../base/scope.ts';
import { UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { ConnectDeps } from '../connectDeps.ts';
import type { HostProblem } from '../connection.ts';
import { loadHostKeys } from '../hostkeys/hostKeys.ts';
import { PromptTimeouts, withoutTimeout } from '../promptTimeouts.ts';
import { type Hop, openRoute } from '../route/route.ts';
import { UNATTENDED } from '../waiting.ts';
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
  asked: HostConfig,
  through: Hop | undefined,
  deps: BuiltinDeps,
  depth: number,
  signal: AbortSignal,
): Promise<BuiltinConnection> {
  const config = deps.isUnattended ? withSilenceLimit(asked) : asked;
  const { name: host } = config;
  if (depth > MAX_DEPTH) {
    throw new UserError<HostProblem>({ code: 'jumpFailed', host, via: through?.name ?? host, why: { code: 'loop' } });
  }
  const log = prefixed(deps.log, host);
  const timeouts = new PromptTimeouts();
  let isLoggedIn = false;
  const prompts = withoutTimeout(deps.prompts, timeouts);
  // What a proxy says later goes to the log alone.
  const notice = (name: string, text: string): void => void (isLoggedIn || prompts.notice?.(name, text));
  const scope = new Scope();
  try {
    const hostKeys = await loadHostKeys(config, prompts, log);
    const ours = usable(config, proposal(config, hostKeys.known));
    const connectHop = (hop: HostConfig, previous: Hop | undefined, stop: AbortSignal): Promise<BuiltinConnection> =>
      connectVia(hop, previous, deps, depth + 1, stop);
    const route = await openRoute(
      config,
      through,
      { ...deps, log, prompts: { ...prompts, notice }, connectHop },
      signal,
    );
    scope.defer(() => route.close());
    const isDirect = !through && config.proxy.kind === 'none';
    const { client, facts } = await logIn(
      { ...deps, config, prompts, log, timeouts, hostKeys, proposal: ours, route, isDirect },
      signal,
    );
    isLoggedIn = true;
    return builtinConnection(client, config, facts, () => scope.close());
  } catch (error) {
    await scope.close();
    throw error;
  } finally {
    timeouts.stop();
  }
}

/** A proxy may wait for a person, so only the user's ConnectTimeout limits it. */
function withSilenceLimit(config: HostConfig): HostConfig {
  const isLimited = config.connectTimeoutMs > 0 || config.proxy.kind === 'command';
  return isLimited ? config : { ...config, connectTimeoutMs: UNATTENDED.silenceMs };
}

/** An empty proposal has nothing in common with any server. */
function usable({ name: host }: HostConfig, ours: Proposal): Proposal {
  const empty = Object.entries(ours).find(([, names]) => names.length === 0);
  if (empty) throw new UserError<HostProblem>({ code: 'noCommonAlgorithm', host, what: empty[0], server: [] });
  return ours;
}
