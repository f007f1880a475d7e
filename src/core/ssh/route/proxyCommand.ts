import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { deadline } from '../../../base/delay.ts';
import { withStreams } from '../../../base/withStreams.ts';
import { printable } from '../printable.ts';

const STDERR_TAIL = 1000;

/** A program that carries the connection on its stdin and stdout (ssh_config(5) ProxyCommand). */
export interface ProxyProcess {
  readonly stream: Duplex;
  /** How it failed: the end of what it wrote to stderr, or its status. Undefined while it runs or if all went well. */
  failure(): Promise<string | undefined>;
  /** Ends it and its family. Safe twice. */
  close(): Promise<void>;
}

export function startProxy(command: string, env: NodeJS.ProcessEnv): ProxyProcess {
  const child = withStreams(launch(command, env));
  let stderr = '';
  let failure = '';
  child.on('error', (error) => (failure = error.message));
  child.once('exit', () => child.pid !== undefined && kill(child.pid, 'SIGTERM')); // what it left behind
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-STDERR_TAIL)));
  child.stderr.on('error', () => undefined);
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.on('error', () => undefined);
  return {
    stream,
    failure: async () => {
      if (failure) return failure;
      // Its output ends a moment before it does.
      if (!hasExited(child)) await once(child, 'exit', { signal: AbortSignal.timeout(500) }).catch(() => undefined);
      return hasExited(child) && child.exitCode !== 0 ? printable(stderr) || ending(child) : undefined;
    },
    close: async () => {
      stream.destroy();
      await end(child);
    },
  };
}

function launch(command: string, env: NodeJS.ProcessEnv) {
  // A group of its own, so that a pipeline dies as a whole. `exec`, as ssh(1) does, spares a shell where one would only wait.
  return process.platform === 'win32'
    ? spawn(command, { shell: true, windowsHide: true, env })
    : spawn(env['SHELL'] || '/bin/sh', ['-c', `exec ${command}`], { detached: true, env });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasExited(child)) return;
  const limit = deadline(1000, () => new Error('it ignores SIGTERM'));
  kill(child.pid, 'SIGTERM');
  try {
    await once(child, 'exit', { signal: limit.signal });
  } catch {
    kill(child.pid, 'SIGKILL');
  } finally {
    limit.clear();
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It is gone already.
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function ending(child: ChildProcess): string {
  if (child.signalCode !== null) return child.signalCode;
  return child.exitCode === null ? '' : `exit status ${child.exitCode}`;
}
