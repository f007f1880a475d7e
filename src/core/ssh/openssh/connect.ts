import { prefixed } from '../../../base/log.ts';
import { Scope } from '../../../base/scope.ts';
import { UserError } from '../../../base/userError.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { Connection } from '../connection.ts';
import { opensshConnection } from './connection.ts';
import { logIn, type OpensshDeps } from './login.ts';

/**
 * The second transport: the system's ssh(1) as a master (ssh_config(5) ControlMaster) in a private folder. It supports
 * all that this ssh supports: newer key exchanges, certificates, PKCS#11, GSSAPI. It reads the user's configuration
 * itself. It does not work on Windows, whose OpenSSH has no ControlMaster. Rejects as the built-in `connect` does.
 */
export async function connectOpenssh(config: HostConfig, deps: OpensshDeps, signal: AbortSignal): Promise<Connection> {
  const log = prefixed(deps.log, config.name);
  await requireConsent(config, deps);
  const scope = new Scope();
  try {
    const master = await logIn(config, { ...deps, log }, scope, signal);
    log.info(`logged in with the system's ssh (${master.facts.authMethod})`);
    return opensshConnection(master, scope);
  } catch (error) {
    await scope.close();
    signal.throwIfAborted();
    throw error;
  }
}

/** SECURITY: ssh runs the commands of the configuration without asking, so we ask before we run ssh. */
async function requireConsent({ proxy, knownHostsCommand }: HostConfig, { allowCommand }: OpensshDeps): Promise<void> {
  for (const command of [proxy.kind === 'command' ? proxy.command : undefined, knownHostsCommand]) {
    if (command !== undefined && !(await allowCommand(command))) {
      throw new UserError({ code: 'commandNotAllowed', command });
    }
  }
}
