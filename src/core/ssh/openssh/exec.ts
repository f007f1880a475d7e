import type { Exec } from '../../detect/exec.ts';
import { linkLost } from '../linkLost.ts';
import type { Master } from './master.ts';

/** Runs commands through the master, each by an ssh process of its own. */
export function opensshExec(master: Master): Exec {
  return async (command, signal) => {
    signal.throwIfAborted();
    if (!(await master.isAlive())) throw linkLost();
    const child = master.run(['-T'], command);
    const { stdin, stdout, stderr } = child;
    for (const stream of [stdin, stdout, stderr]) stream.on('error', () => undefined);
    const exit = new Promise<{ status: number | undefined }>((resolve) => {
      child.once('close', (status) => resolve({ status: status ?? undefined }));
      child.once('error', () => resolve({ status: undefined }));
    });
    return { stdin, stdout, stderr, exit, close: () => void child.kill('SIGTERM') };
  };
}
