import { once } from 'node:events';
import { deadline } from '../../../base/delay.ts';
import { signalGroup, spawnShell } from '../../../base/processGroup.ts';
import { BadValue } from '../badValue.ts';

const LIMIT_MS = 30_000;

/**
 * Runs a `Match exec` command in the user's shell, as OpenSSH does, without input or output.
 *
 * @returns whether it exited with 0
 * @throws BadValue when the shell cannot run, a signal ends it, or it takes longer than half a minute
 */
export async function succeeds(command: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const limit = deadline(
    LIMIT_MS,
    () => new BadValue(`the command did not end within ${LIMIT_MS / 1000} s: ${command}`),
    signal,
  );
  const child = spawnShell(command, env, 'ignore');
  try {
    const [code] = (await once(child, 'exit', { signal: limit.signal })) as [number | null];
    if (code === null) throw new BadValue(`a signal ended the command: ${command}`);
    return code === 0;
  } catch (error) {
    if (limit.signal.aborted) {
      signalGroup(child, 'SIGKILL');
      throw limit.signal.reason;
    }
    throw error instanceof BadValue ? error : new BadValue(`cannot run the command: ${command}`, { cause: error });
  } finally {
    limit.clear();
  }
}
