import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Installs packages from npm in a new folder. Undefined if the installation fails; in CI that is a failure. */
export async function installModules(packages: Readonly<Record<string, string>>): Promise<string | undefined> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'modules-'));
  const manifest = { private: true, dependencies: packages };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    await promisify(execFile)('npm', ['install', ...quiet], { cwd: folder, timeout: 120_000 });
    return folder;
  } catch (error) {
    fs.rmSync(folder, { recursive: true, force: true });
    if (process.env['CI']) throw error;
    return undefined;
  }
}
