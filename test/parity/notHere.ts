import { spawnSync } from 'node:child_process';
import type { Tried } from './case.ts';

/** Why this system cannot try a row. */
export function notHere({ keys = [], agent = [], server, mounts }: Tried): string | undefined {
  if ([...keys, ...agent].includes('dsa') && !hasDsa()) return 'this OpenSSH knows no DSA keys';
  if (server?.kind === 'sshd' && server.isResolverSilent && !canMount())
    return 'only root may give sshd a resolver of its own';
  if (mounts !== undefined && !canMount()) return 'only root may mount';
  return undefined;
}

function hasDsa(): boolean {
  return output('ssh', '-Q', 'key-plain').includes('ssh-dss');
}

function canMount(): boolean {
  return process.getuid?.() === 0 && output('unshare', '--mount', 'echo', 'mounted') !== '';
}

function output(command: string, ...args: readonly string[]): string {
  return spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 }).stdout ?? '';
}
