import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuildName, builds } from './builds.ts';
import { standIns } from './standIns.ts';

/** An installed VS Code server. */
export interface Installed {
  readonly node: string;
  /** Serves the editor alone, and runs tests inside the extension host. */
  readonly serverMain: string;
  /** Serves the whole product: the editor, and `/proxy/PORT/` to reach other ports of this machine through it. */
  readonly entry: string;
}

/** Beside node_modules, where `@vscode/test-electron` keeps its downloads too; ignored by git. */
const home = fileURLToPath(new URL('../../../.vscode-test/', import.meta.url));

/** Changes whenever an installation of the same versions would come out different. */
const revision = 2;

/**
 * Installs a build once. A complete installation is renamed into place, so an interrupted installation leaves nothing
 * and two installations at a time do not disturb each other.
 *
 * @throws Error on systems other than Linux, and when npm fails.
 */
export async function install(name: BuildName): Promise<Installed> {
  const { codeServer, node } = builds[name];
  const folder = path.join(home, `code-server-${codeServer}-node-${node}-r${revision}`);
  if (!fs.existsSync(folder)) {
    console.log(`Installing the VS Code server ${builds[name].vscode} into .vscode-test (npm install)…`);
    fs.mkdirSync(home, { recursive: true });
    const draft = fs.mkdtempSync(path.join(home, 'draft-'));
    try {
      await fill(draft, codeServer, node);
      keep(draft, folder);
    } finally {
      fs.rmSync(draft, { recursive: true, force: true });
    }
  }
  const inFolder = (...parts: readonly string[]): string => path.join(folder, 'node_modules', ...parts);
  return {
    node: inFolder(nodePackage(), 'bin', 'node'),
    serverMain: inFolder('code-server', 'lib', 'vscode', 'out', 'server-main.js'),
    entry: inFolder('code-server', 'out', 'node', 'entry.js'),
  };
}

async function fill(folder: string, codeServer: string, node: string): Promise<void> {
  const dependencies = { 'code-server': codeServer, [nodePackage()]: node };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await npm(folder, 'install');
  const vscode = path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  await npm(vscode, 'install', '--omit=dev'); // its own lock file is incomplete, so not `npm ci`
  for (const packages of [folder, vscode]) {
    for (const [file, text] of Object.entries(standIns)) {
      const target = path.join(packages, 'node_modules', file);
      if (fs.existsSync(target)) fs.writeFileSync(target, text);
    }
  }
}

async function npm(cwd: string, ...args: readonly string[]): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await promisify(execFile)('npm', [...args, ...quiet], { cwd, timeout: 600_000 });
}

/** An npm package that holds nothing but Node's binary. */
function nodePackage(): string {
  if (process.platform !== 'linux') throw new Error('The VS Code server is for Linux; elsewhere use VS Code itself.');
  return `node-linux-${process.arch}`;
}

function keep(draft: string, folder: string): void {
  try {
    fs.renameSync(draft, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error; // else another process was faster
  }
}
