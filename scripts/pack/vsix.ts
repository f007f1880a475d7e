import fs from 'node:fs';
import path from 'node:path';
import { listFiles, PackageManager } from '@vscode/vsce';
import { inRoot, root, vsixFile } from '../root.ts';
import { runNode } from '../run.ts';

/** Packs what `bundle` made. Everything is bundled, so no dependency goes along. */
export async function pack(signal: AbortSignal): Promise<void> {
  fs.mkdirSync(path.dirname(vsixFile), { recursive: true });
  const vsce = inRoot('node_modules', '@vscode', 'vsce', 'vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', vsixFile];
  const { code, output } = await runNode([vsce, 'package', ...options], {}, signal);
  if (code !== 0) throw new Error(`vsce package failed:\n${output}`);
}

/** Lays out the files of the package in a folder, as an installation would, for the tests inside the editor. */
export async function unpacked(): Promise<string> {
  const folder = inRoot('out', 'extension');
  fs.rmSync(folder, { recursive: true, force: true });
  for (const file of await listFiles({ cwd: root, packageManager: PackageManager.None })) {
    fs.cpSync(inRoot(file), path.join(folder, file));
  }
  return folder;
}
