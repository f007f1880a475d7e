import { within } from '../base/delay.ts';
import type { HostConfig } from '../core/config/hostConfig.ts';
import type { Connection } from '../core/ssh/connection.ts';

/** Nobody notices the delay of a shorter round trip. */
const distantMs = 5;
const pings = 3;
const commandLimitMs = 2000;

/**
 * Runs `exit 0` on a distant OpenSSH server. sshd turns Nagle's algorithm off (TCP_NODELAY) with the first command of a
 * connection; before it, sshd holds small packets back for a round trip. ssh_config(5) SessionType `none` forbids the command.
 * Returns whether the command ran.
 *
 * @throws UserError<ExecProblem> if the server runs no commands; the signal's reason
 */
export async function runForNoDelay(
  { facts, ping, exec }: Pick<Connection, 'facts' | 'ping' | 'exec'>,
  { hasNoSession }: Pick<HostConfig, 'hasNoSession'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (hasNoSession || facts.transport !== 'builtin' || !facts.serverVersion.startsWith('SSH-2.0-OpenSSH')) return false;
  for (let count = 0; count < pings; count++) if ((await ping(signal)) < distantMs) return false;
  const channel = await exec('exit 0', signal);
  channel.stdout.resume();
  channel.stderr.resume();
  await within(commandLimitMs, channel.exit); // a forced command (sshd_config(5) ForceCommand) may run on
  channel.close();
  return true;
}
