import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Scope } from '../../src/base/scope.ts';
import { start, stop } from '../../test/support/child.ts';
import { makeProfile } from '../../test/support/vscode/profile.ts';
import { startServer } from '../../test/support/vscode/server.ts';
import { vsixFile } from '../root.ts';
import { run } from '../run.ts';
import { hasScreen } from './browserKey.ts';

/** What the editor is opened with. */
export interface Opening {
  /** The ssh_config to read. */
  readonly configFile: string;
  /** The host to connect to at once. */
  readonly host: string;
}

/** Can the `code` of this machine show a window? */
export function isDesktopHere(): boolean {
  const options = { stdio: 'ignore', shell: process.platform === 'win32' } as const;
  return hasScreen() && spawnSync('code', ['--version'], options).status === 0;
}

/** Opens the `code` of this machine with the extension and nothing of the user's. Resolves when its window is closed. */
export async function openDesktop(opening: Opening, scope: Scope, signal: AbortSignal): Promise<void> {
  const { settings, env } = given(opening);
  const profile = makeProfile(fs.mkdtempSync(path.join(os.tmpdir(), 'ssh-ports-')), settings);
  scope.defer(() => fs.rmSync(profile.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  const folders = ['--user-data-dir', profile.userData, '--extensions-dir', profile.extensions];
  const options = { shell: process.platform === 'win32' };
  const installed = await run('code', [...folders, '--install-extension', vsixFile], options, signal);
  if (installed.code !== 0) throw new Error(`code --install-extension failed:\n${installed.output}`);
  const window = ['--new-window', '--wait', '--disable-workspace-trust', profile.home];
  const child = start('code', [...folders, ...window], { ...options, env: { ...process.env, ...env } });
  scope.defer(async () => {
    endMainProcess(profile.userData);
    await stop(child);
  });
  console.log('VS Code is open. Close its window or press Ctrl+C to end everything.');
  await once(child, 'exit', { signal });
}

/** `code` only hands over to the main process, which leaves its PID in this file. */
function endMainProcess(userData: string): void {
  try {
    process.kill(Number(fs.readFileSync(path.join(userData, 'code.lock'), 'utf8')));
  } catch {
    // The window was closed before.
  }
}

/** Starts a VS Code server with the extension, for a browser here or elsewhere. Returns the address of its workbench. */
export async function openServer(opening: Opening, scope: Scope): Promise<string> {
  if (process.platform !== 'linux') {
    throw new Error('VS Code was not found: install it with its command `code` on PATH, then run npm start again.');
  }
  const { settings, env } = given(opening);
  const server = await startServer({
    mode: 'product',
    vsix: vsixFile,
    settings,
    env: { ...env, HOME: os.homedir() }, // the user's own hosts need their own keys and known_hosts
  });
  scope.defer(() => server.stop());
  return `${server.url}?folder=${server.profile.home}`;
}

function given({ configFile, host }: Opening) {
  return { settings: { 'sshPorts.configFile': configFile }, env: { SSH_PORTS_CONNECT: host } };
}
