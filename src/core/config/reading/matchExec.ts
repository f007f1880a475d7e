import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { deadline } from '../../../base/delay.ts';
import { BadValue } from '../badValue.ts';

const limitMs = 30_000;

/**
 * Runs a `Match exec` command in the user's shell, as OpenSSH does, without input or output.
 *
 * @returns whether it exited with 0
 * @throws BadValue when it cannot be run, is killed, or takes longer than half a minute
 */
export async function succeeds(command: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const limit = deadline(limitMs, () => new BadValue(`no end after ${limitMs / 1000} s: ${command}`), signal);
  const isWindows = process.platform === 'win32';
  const child = isWindows
    ? spawn(command, { shell: true, stdio: 'ignore', windowsHide: true, env })
    : spawn(env['SHELL'] || '/bin/sh', ['-c', command], { stdio: 'ignore', detached: true, env });
  try {
    const [code] = (await once(child, 'exit', { signal: limit.signal })) as [number | null];
    if (code === null) throw new BadValue(`ended by a signal: ${command}`);
    return code === 0;
  } catch (error) {
    if (limit.signal.aborted) {
      endFamily(child);
      throw limit.signal.reason;
    }
    throw error instanceof BadValue ? error : new BadValue(`cannot run: ${command}`, { cause: error });
  } finally {
    limit.clear();
  }
}

/** The command may have children: its whole process group ends. */
function endFamily({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
