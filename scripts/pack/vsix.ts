import fs from 'node:fs';
import path from 'node:path';
import { createVSIX, listFiles, PackageManager } from '@vscode/vsce';
import { inRoot, root, vsixFile } from '../root.ts';

/** Packs what `bundle` made. Everything is bundled, so no dependency goes along. */
export async function pack(): Promise<void> {
  fs.mkdirSync(path.dirname(vsixFile), { recursive: true });
  await createVSIX({ cwd: root, packagePath: vsixFile, dependencies: false });
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
