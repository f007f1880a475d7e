import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Beside node_modules, where `@vscode/test-electron` keeps its downloads too; ignored by git. */
const home = fileURLToPath(new URL('../../.vscode-test/', import.meta.url));

/**
 * Fills a folder once. A complete installation is renamed into place, so an interrupted installation leaves nothing and
 * two installations at a time do not disturb each other.
 *
 * @param name has to change whenever the same call would fill the folder differently
 * @param what is printed while it is installed
 */
export async function installOnce(
  name: string,
  what: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = path.join(home, name);
  if (fs.existsSync(folder)) return folder;
  console.log(`Installing ${what} into .vscode-test (npm install)…`);
  fs.mkdirSync(home, { recursive: true });
  const draft = fs.mkdtempSync(path.join(home, 'draft-'));
  try {
    await fill(draft);
    keep(draft, folder);
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

export async function npm(cwd: string, ...args: readonly string[]): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await promisify(execFile)('npm', [...args, ...quiet], { cwd, timeout: 600_000 });
}

function keep(draft: string, folder: string): void {
  try {
    fs.renameSync(draft, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error; // else another process was faster
  }
}
