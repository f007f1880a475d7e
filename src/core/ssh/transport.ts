import { errorText, UserError } from '../../base/userError.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import type { ResolveOptions } from '../config/resolve.ts';
import { connect } from './builtin/connect.ts';
import type { ConnectDeps } from './connectDeps.ts';
import type { BeyondBuiltin, Connection, HostProblem } from './connection.ts';
import { connectOpenssh } from './openssh/connect.ts';
import { opensshVersion } from './openssh/version.ts';

/** What carries a connection. `auto`: the built-in transport, and the system's ssh for what that one lacks. */
export type Transport = 'auto' | 'builtin' | 'openssh';

export interface TransportDeps extends ConnectDeps {
  /** What ssh(1) has to be told besides its own reading of the configuration. */
  readonly args: readonly string[];
}

/** How ssh(1) is told the same as `resolveHost`. */
export function sshArguments({
  userFile,
  overrides = [],
  user,
  port,
}: Pick<ResolveOptions, 'userFile' | 'overrides' | 'user' | 'port'>): readonly string[] {
  return [
    ...(userFile === undefined ? [] : ['-F', userFile]),
    ...overrides.flatMap((option) => ['-o', option]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ];
}

/** Connects and logs in. Rejects as `connect` does. */
export async function connectWith(
  transport: Transport,
  config: HostConfig,
  deps: TransportDeps,
  signal: AbortSignal,
): Promise<Connection> {
  if (transport === 'builtin') return connect(config, deps, signal);
  if (transport === 'openssh') return connectOpenssh(config, deps, signal);
  const isReplaceable = async (): Promise<boolean> => (await missingOpenssh()) === undefined;
  const settings = settingsBeyond(config);
  if (settings.length > 0 && (await isReplaceable())) {
    deps.log.info(`${config.name}: ${settings.join(', ')} is for the system's ssh`);
    return connectOpenssh(config, deps, signal);
  }
  try {
    return await connect(config, { ...deps, isReplaceable }, signal);
  } catch (error) {
    const lacking = beyondBuiltin(error);
    if (!lacking) throw error;
    const why = await missingOpenssh();
    signal.throwIfAborted();
    const { name: host } = config;
    if (why) throw new UserError<HostProblem>({ code: 'opensshMissing', host, why, lacking }, { cause: error });
    deps.log.info(`${host}: ${errorText(error)}: going on with the system's ssh`);
    return connectOpenssh(config, deps, signal);
  }
}

/** What the configuration wants and the built-in transport would pass over. */
function settingsBeyond({ bindInterface, knownHostsCommand, proxy, proxyUseFdpass }: HostConfig): readonly string[] {
  return [
    ...(bindInterface === undefined ? [] : ['BindInterface']),
    ...(knownHostsCommand === undefined ? [] : ['KnownHostsCommand']),
    ...(proxyUseFdpass && proxy.kind === 'command' ? ['ProxyUseFdpass'] : []),
  ];
}

/**
 * The server demands what only the system's ssh can do: key exchanges and host certificates that ssh2 does not know, a
 * key that only a device holds. Another failed login would count against the user, so a plain refusal is no reason.
 */
function beyondBuiltin(error: unknown): BeyondBuiltin | undefined {
  if (!(error instanceof UserError)) return undefined;
  const problem = error.problem as HostProblem;
  if (problem.code === 'authFailed') return problem.onlyOpenssh && problem;
  return problem.code === 'noCommonAlgorithm' || problem.code === 'hostCertificateUnsupported' ? problem : undefined;
}

/** The OpenSSH of Windows has no ControlMaster, on which our use of it stands. */
async function missingOpenssh(): Promise<'notFound' | 'noControlMaster' | undefined> {
  if (process.platform === 'win32') return 'noControlMaster';
  return (await opensshVersion('ssh')) === undefined ? 'notFound' : undefined;
}
