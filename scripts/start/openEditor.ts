import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Scope } from '../../src/base/scope.ts';
import { start, stop } from '../../test/support/child.ts';
import { makeProfile } from '../../test/support/vscode/profile.ts';
import { startServer } from '../../test/support/vscode/server.ts';
import { run } from '../run.ts';
import { vsixFile } from '../root.ts';

/** What the editor is opened with. */
export interface Opening {
  /** The ssh_config to read. */
  readonly configFile: string;
  /** The host to connect to at once. */
  readonly host: string;
}

/** Opens the `code` of this machine, or else a VS Code server, with the extension and nothing of the user's. */
export async function openEditor(opening: Opening, scope: Scope, signal: AbortSignal): Promise<void> {
  const settings = { 'sshPorts.configFile': opening.configFile };
  const env = { SSH_PORTS_CONNECT: opening.host };
  const hasDisplay = process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
  if (hasDisplay && isCodeHere()) await openDesktop(settings, env, scope, signal);
  else await openServer(settings, env, scope);
}

function isCodeHere(): boolean {
  return spawnSync('code', ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' }).status === 0;
}

async function openDesktop(
  settings: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  scope: Scope,
  signal: AbortSignal,
): Promise<void> {
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

async function openServer(
  settings: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  scope: Scope,
): Promise<void> {
  const server = await startServer({
    mode: 'product',
    vsix: vsixFile,
    settings,
    env: { ...env, HOME: os.homedir() }, // the user's own hosts need their own keys and known_hosts
  });
  scope.defer(() => server.stop());
  console.log(`VS Code is here, until you press Ctrl+C:\n\n    ${server.url}?folder=${server.profile.home}\n`);
  await new Promise(() => undefined);
}
