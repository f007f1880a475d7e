import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) kill(child, 'SIGKILL');
});

/** Starts a process in a process group of its own. The whole group ends with the test. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: true });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

/** Ends the process group: SIGTERM, and SIGKILL after two seconds. Resolves when the process has exited. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  kill(child, 'SIGTERM');
  const timer = setTimeout(() => kill(child, 'SIGKILL'), 2000);
  await gone;
  clearTimeout(timer);
}

export function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}
