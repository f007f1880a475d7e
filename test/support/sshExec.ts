import type { Readable, Writable } from 'node:stream';
import type { ChildProcess } from 'node:child_process';
import type { Exec } from '../../src/core/detect/exec.ts';
import { kill, start } from './child.ts';
import type { Sshd } from './sshd.ts';

/** Runs commands on `sshd` with the system's own ssh, one connection each: an `Exec` that owes nothing to our transport. */
export function sshExec(sshd: Sshd, onStart: (child: ChildProcess) => void = () => undefined): Exec {
  return async (command, signal) => {
    signal.throwIfAborted();
    const child = start('ssh', ['-F', sshd.configFile, '-T', 'devbox', command], { stdio: 'pipe' });
    onStart(child);
    return {
      stdin: child.stdin as Writable,
      stdout: child.stdout as Readable,
      stderr: child.stderr as Readable,
      exit: new Promise((resolve) => {
        child.once('close', (status) => resolve({ status: status ?? undefined }));
      }),
      close: () => kill(child, 'SIGTERM'),
    };
  };
}
