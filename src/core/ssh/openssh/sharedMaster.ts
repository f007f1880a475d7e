import net from 'node:net';
import { prefixed } from '../../../base/log.ts';
import { Scope } from '../../../base/scope.ts';
import { privateFolder } from '../../../base/socketFolder.ts';
import type { HostConfig } from '../../config/hostConfig.ts';
import type { Connection } from '../connection.ts';
import { asFlags, sessionOptions } from './arguments.ts';
import { opensshConnection } from './connection.ts';
import { OpensshLog } from './log.ts';
import type { OpensshDeps } from './login.ts';
import { CONTROL_MS, type MasterCommands, masterCommands } from './master.ts';
import { opensshVersion } from './version.ts';

/**
 * Connects through a master that the user runs already (ssh_config(5) ControlPath), as ssh(1) does, so that nobody logs
 * in again. Undefined when no master answers. The master stays: closing the connection cancels our forwards alone.
 */
export async function shareMaster(
  config: HostConfig,
  deps: OpensshDeps,
  signal: AbortSignal,
): Promise<Connection | undefined> {
  const { name: host, controlPath: socket, proxy } = config;
  const { program = 'ssh', args = [] } = deps;
  if (socket === undefined || process.platform === 'win32') return undefined;
  const session = asFlags(sessionOptions(await opensshVersion(program)));
  const commands = masterCommands({ program, args: [...args, ...session], socket, host });
  if (!(await isRunning(commands, signal))) return undefined;
  const log = prefixed(deps.log, host);
  const scope = new Scope();
  try {
    const folder = await privateFolder(scope);
    const watched = net.connect(socket).on('error', () => undefined); // the master closes it when it ends
    scope.defer(() => watched.destroy());
    watched.resume();
    const ended = new Promise<void>((resolve) => void watched.once('close', () => resolve()));
    log.info(`connected through the running ssh at ${socket}`);
    const via = proxy.kind === 'jump' ? proxy.hops.map((hop) => hop.host) : [];
    const unknown = { serverVersion: '', cipher: '', kex: '', hostKey: '' };
    return opensshConnection(
      {
        commands: cancelling(commands, scope),
        folder,
        kill: () => void watched.destroy(),
        ended,
        log: new OpensshLog(false),
        facts: { transport: 'openssh', ...unknown, via, authMethod: 'ControlMaster', sharesMaster: true },
      },
      scope,
    );
  } catch (error) {
    await scope.close();
    throw error;
  }
}

async function isRunning({ isAlive, control }: MasterCommands, signal: AbortSignal): Promise<boolean> {
  if (!(await isAlive())) return false;
  const checked = control(['-O', 'check'], AbortSignal.any([signal, AbortSignal.timeout(CONTROL_MS)]));
  return checked.then(
    () => true,
    () => false,
  );
}

/** The same commands. When the scope closes, every forward is cancelled that was not cancelled before. */
function cancelling(commands: MasterCommands, scope: Scope): MasterCommands {
  const open = new Map<string, readonly string[]>();
  const cancel = (forward: readonly string[]): Promise<unknown> =>
    commands.control(['-O', 'cancel', ...forward], AbortSignal.timeout(CONTROL_MS)).catch(() => undefined);
  scope.defer(() => Promise.all([...open.values()].map(cancel)));
  return {
    ...commands,
    control: async ([flag = '', command = '', ...forward], signal) => {
      const output = await commands.control([flag, command, ...forward], signal);
      if (command === 'forward') open.set(forward.join(' '), forward);
      if (command === 'cancel') open.delete(forward.join(' '));
      return output;
    },
  };
}
