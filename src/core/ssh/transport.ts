import { errorText, isProblem, UserError } from '../../base/userError.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import type { ResolveOptions } from '../config/resolve.ts';
import { connect } from './builtin/connect.ts';
import type { ConnectDeps } from './connectDeps.ts';
import type { AuthFailed, BeyondBuiltin, Connection, HostProblem } from './connection.ts';
import { connectOpenssh } from './openssh/connect.ts';
import { shareMaster } from './openssh/sharedMaster.ts';
import { opensshVersion } from './openssh/version.ts';

/** What carries a connection. `auto`: the built-in transport, or the system's ssh where the built-in one lacks a feature. */
export type Transport = 'auto' | 'builtin' | 'openssh';

export interface TransportDeps extends ConnectDeps {
  /** Arguments for ssh(1), which reads the configuration itself. */
  readonly args: readonly string[];
}

/** Arguments that make ssh(1) resolve a host as `resolveHost` does with these options. */
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
  const shared = await shareMaster(config, deps, signal);
  if (shared) return shared;
  if (transport === 'openssh') return connectOpenssh(config, deps, signal);
  const isReplaceable = async (): Promise<boolean> => (await missingOpenssh()) === undefined;
  const settings = settingsBeyond(config);
  if (settings.length > 0 && (await isReplaceable())) {
    deps.log.info(`${config.name}: only the system's ssh supports ${settings.join(', ')}, so it connects`);
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
    deps.log.info(`${host}: ${errorText(error)}: trying again with the system's ssh`);
    return connectOpenssh(config, deps, signal);
  }
}

/** The settings of the configuration that the built-in transport would ignore. */
function settingsBeyond({
  bindInterface,
  knownHostsCommand,
  proxy,
  proxyUseFdpass,
  verifyHostKeyDns,
}: HostConfig): readonly string[] {
  return [
    ...(bindInterface === undefined ? [] : ['BindInterface']),
    ...(knownHostsCommand === undefined ? [] : ['KnownHostsCommand']),
    ...(verifyHostKeyDns ? ['VerifyHostKeyDNS'] : []),
    ...(proxyUseFdpass && proxy.kind === 'command' ? ['ProxyUseFdpass'] : []),
  ];
}

/**
 * The problem, if the system's ssh may solve it: an algorithm that ssh2 does not support, or a key that only a device
 * holds. CAUTION: not for a plain refusal, because servers ban clients after failed logins.
 */
function beyondBuiltin(error: unknown): BeyondBuiltin | undefined {
  if (isProblem<AuthFailed>(error, 'authFailed')) return error.problem.onlyOpenssh && error.problem;
  return isProblem<Exclude<BeyondBuiltin, AuthFailed>>(error, 'noCommonAlgorithm') ? error.problem : undefined;
}

/** Why the system's ssh cannot connect. Undefined if it can. The OpenSSH of Windows has no ControlMaster, which we need. */
async function missingOpenssh(): Promise<'notFound' | 'noControlMaster' | undefined> {
  if (process.platform === 'win32') return 'noControlMaster';
  return (await opensshVersion('ssh')) === undefined ? 'notFound' : undefined;
}
