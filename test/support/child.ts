import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) kill(child, 'SIGKILL');
});

/** A child process in a group of its own, so that its whole family can be ended by PID, and is when the test ends. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: true });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

/** Ends the child and its family: SIGTERM, and SIGKILL after two seconds. Resolves when it is gone. */
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
    // It is gone already.
  }
}
