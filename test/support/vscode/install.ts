import fs from 'node:fs';
import path from 'node:path';
import { installOnce, npm } from '../installOnce.ts';
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

/** Changes whenever an installation of the same versions would come out different. */
const revision = 2;

/**
 * Installs a build once.
 *
 * @throws Error on systems other than Linux, and when npm fails.
 */
export async function install(name: BuildName): Promise<Installed> {
  const { codeServer, node, vscode } = builds[name];
  const folder = await installOnce(
    `code-server-${codeServer}-node-${node}-r${revision}`,
    `the VS Code server ${vscode}`,
    (draft) => fill(draft, codeServer, node),
  );
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

/** An npm package that holds nothing but Node's binary. */
function nodePackage(): string {
  if (process.platform !== 'linux') throw new Error('The VS Code server is for Linux; elsewhere use VS Code itself.');
  return `node-linux-${process.arch}`;
}
