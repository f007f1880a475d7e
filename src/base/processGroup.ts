import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { within } from './delay.ts';

const GRACE_MS = 1000;

/**
 * Runs a command line in the user's shell, as OpenSSH does. The shell leads a process group of its own, so that a whole
 * pipeline can be ended.
 */
export function spawnShell(command: string, env: NodeJS.ProcessEnv, stdio: 'pipe'): ChildProcessWithoutNullStreams;
export function spawnShell(command: string, env: NodeJS.ProcessEnv, stdio: 'ignore'): ChildProcess;
export function spawnShell(command: string, env: NodeJS.ProcessEnv, stdio: 'pipe' | 'ignore'): ChildProcess {
  return process.platform === 'win32'
    ? spawn(command, { shell: true, windowsHide: true, stdio, env })
    : spawn(env['SHELL'] || '/bin/sh', ['-c', command], { detached: true, stdio, env });
}

/** Signals a process and the descendants in its group. Windows has no groups, so there only the process itself. */
export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // The group has ended already.
  }
}

/** Ends a group with SIGTERM, and with SIGKILL unless `ended` settles within a second. */
export async function endGroup(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  signalGroup(child, 'SIGTERM');
  if (!(await within(GRACE_MS, ended))) signalGroup(child, 'SIGKILL');
}
