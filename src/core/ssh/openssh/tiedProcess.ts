import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { endGroup, signalGroup } from '../../../base/processGroup.ts';
import { withStreams } from '../../../base/withStreams.ts';

/** A program that ends when our process ends, even when our process is killed. */
export interface TiedProcess extends ChildProcess {
  readonly stdin: Writable;
  readonly stderr: Readable;
}

/** The system closes our end of the pipe when our process ends in any way. Then the shell kills the program. */
const TIE = `
exec 3<&0
"$@" 3<&- </dev/null & program=$!
{ read -r _ <&3; kill "$program"; } >/dev/null 2>&1 & tie=$!
wait "$program"
kill "$tie" 2>/dev/null
`;

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) signalGroup(child, 'SIGTERM');
});

/** Runs a program without input or output, in a session of its own, so that it has no terminal. Not on Windows. */
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

/** Ends the program and its descendants. Settles when it is gone. */
export async function endTied(child: TiedProcess): Promise<void> {
  if (!alive.has(child)) return;
  const closed = once(child, 'close');
  await endGroup(child, closed);
  child.stderr.destroy(); // another process may hold the other end open
  await closed;
}
