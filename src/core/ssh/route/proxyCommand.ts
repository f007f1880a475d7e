import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { within } from '../../../base/delay.ts';
import { endGroup, signalGroup, spawnShell } from '../../../base/processGroup.ts';
import { errorText } from '../../../base/userError.ts';
import { withStreams } from '../../../base/withStreams.ts';
import { printable } from '../printable.ts';
import { PERSON_MS } from '../waiting.ts';

const STDERR_TAIL = 1000;
const EXIT_MS = 500;

/** A program that carries the connection on its stdin and stdout (ssh_config(5) ProxyCommand). */
export interface ProxyProcess {
  readonly stream: Duplex;
  /** May the program wait, or have waited, for a person? It said something, and went on for long. */
  hasWaited(): boolean;
  /** How the program failed: the end of its stderr, or its status. Undefined while it runs, and after a success. */
  failure(): Promise<string | undefined>;
  /** Ends the program and its descendants. Safe twice. */
  close(): Promise<void>;
}

/** @param onText gets what the program writes to its stderr, in pieces of any size */
export function startProxy(command: string, env: NodeJS.ProcessEnv, onText: (text: string) => void): ProxyProcess {
  // `exec`, as in ssh(1), replaces the shell when the command is a single program.
  const child = withStreams(spawnShell(process.platform === 'win32' ? command : `exec ${command}`, env, 'pipe'));
  let stderr = '';
  let failure = '';
  const exited = once(child, 'exit').catch((error: unknown) => (failure = errorText(error)));
  child.on('error', () => undefined);
  child.once('exit', () => signalGroup(child, 'SIGTERM')); // ends descendants that outlive it
  let saidAt = Infinity;
  let endedAt: number | undefined;
  child.once('exit', () => (endedAt = Date.now()));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    saidAt = Math.min(saidAt, Date.now());
    stderr = (stderr + text).slice(-STDERR_TAIL);
    onText(text);
  });
  child.stderr.on('error', () => undefined);
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.on('error', () => undefined);
  return {
    stream,
    hasWaited: () => (endedAt ?? Date.now()) - saidAt > PERSON_MS,
    failure: async () => {
      if (failure) return failure;
      // A program's output ends a moment before the program does.
      if (!hasExited(child)) await within(EXIT_MS, exited);
      return hasExited(child) && child.exitCode !== 0 ? printable(stderr) || ending(child) : undefined;
    },
    close: async () => {
      stream.destroy();
      if (child.pid !== undefined && !hasExited(child)) await endGroup(child, exited);
    },
  };
}

function hasExited({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function ending({ exitCode, signalCode }: ChildProcess): string {
  if (signalCode !== null) return signalCode;
  return exitCode === null ? '' : `exit status ${exitCode}`;
}
