import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { inRoot, packageFolder, root, vsixFile } from '../root.ts';
import { runNode } from '../run.ts';
import { layOut } from './layOut.ts';

const maxBytes = 900_000;

/** Packs what `bundle` made. The same sources give the same bytes, wherever and whenever. */
export async function pack(signal: AbortSignal): Promise<void> {
  layOut();
  fs.mkdirSync(path.dirname(vsixFile), { recursive: true });
  const vsce = inRoot('node_modules', '@vscode', 'vsce', 'vsce');
  const env = { ...process.env, SOURCE_DATE_EPOCH: sourceDate(), TZ: 'UTC' }; // a zip holds local times
  const options = ['--no-dependencies', '--out', vsixFile]; // everything is bundled
  const { code, output } = await runNode([vsce, 'package', ...options], { cwd: packageFolder, env }, signal);
  if (code !== 0) throw new Error(`vsce package failed:\n${output}`);
  const { size } = fs.statSync(vsixFile);
  if (size > maxBytes) {
    throw new Error(`The package has ${size} bytes, more than ${maxBytes}: npm run package lists what they are.`);
  }
}

/** Seconds since 1970 (reproducible-builds.org): given, or the last commit's, or a fixed one outside of a work tree. */
function sourceDate(): string {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given !== undefined) return given;
  try {
    return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '1735689600'; // 2025-01-01
  }
}
