import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { start, stop } from './child.ts';
import { until } from './until.ts';

/** A real ssh-agent of our own. */
export interface SshAgent {
  readonly socket: string;
  /** @param options as for ssh-add(1). */
  add(keyFile: string, ...options: readonly string[]): void;
  stop(): Promise<void>;
}

export async function startAgent(): Promise<SshAgent> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-'));
  const socket = path.join(folder, 'agent.sock');
  const child = start('ssh-agent', ['-D', '-a', socket]);
  await until('the agent listens', () => fs.existsSync(socket));
  return {
    socket,
    add: (keyFile, ...options) => {
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      execFileSync('ssh-add', ['-q', ...options, keyFile], { env, stdio: 'pipe' });
    },
    stop: async () => {
      await stop(child);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
