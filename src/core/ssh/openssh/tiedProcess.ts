import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { withStreams } from '../../../base/withStreams.ts';

/** A program that ends with us, even if we are killed. */
export interface TiedProcess extends ChildProcess {
  readonly stdin: Writable;
  readonly stderr: Readable;
}

/** Our end of the pipe closes when we are gone, however that came: then the program is ended. */
const TIE = `
exec 3<&0
"$@" 3<&- </dev/null & program=$!
{ read -r _ <&3; kill "$program"; } >/dev/null 2>&1 & tie=$!
wait "$program"
kill "$tie" 2>/dev/null
`;

const KILL_MS = 1000;

/** Ended at once when we end in good order. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) killTied(child, 'SIGTERM');
});

/** Runs a program without input and output, in a session of its own, so that it has no terminal. Not on Windows. */
export function spawnTied(program: string, args: readonly string[], env: NodeJS.ProcessEnv): TiedProcess {
  const child = withStreams(
    spawn('/bin/sh', ['-c', TIE, 'sh', program, ...args], {
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
      env,
    }),
  );
  if (child.pid !== undefined) alive.add(child);
  child.once('close', () => alive.delete(child));
  return child;
}

/** Ends it and whatever it started. */
export function killTied({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}

/** SIGTERM, and soon SIGKILL. Resolves when it is gone. */
export async function endTied(child: TiedProcess): Promise<void> {
  if (!alive.has(child)) return;
  const gone = once(child, 'close');
  killTied(child, 'SIGTERM');
  const timer = setTimeout(() => {
    killTied(child, 'SIGKILL');
    child.stderr.destroy(); // somebody else may hold it
  }, KILL_MS);
  await gone;
  clearTimeout(timer);
}
