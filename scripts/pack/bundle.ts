import fs from 'node:fs';
import { type BuildOptions, build } from 'esbuild';
import { inRoot, root } from '../root.ts';

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'linked',
  sourcesContent: false,
  minify: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  // ssh2's native addons fit one Node ABI only, so none is shipped; it finds that out by itself and does without.
  external: ['vscode', 'cpu-features', '*.node'],
};

/** Bundles the extension and the command line program, each into one file of dist/. */
export async function bundle(): Promise<void> {
  fs.rmSync(inRoot('dist'), { recursive: true, force: true });
  await build({ ...shared, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.cjs' });
  if (!fs.existsSync(inRoot('src', 'cli.ts'))) return;
  await build({
    ...shared,
    entryPoints: ['src/cli.ts'],
    outfile: 'dist/cli.cjs',
    banner: { js: '#!/usr/bin/env node' },
  });
  fs.chmodSync(inRoot('dist', 'cli.cjs'), 0o755);
}

/** Bundles files of tests below `from`, one output each, into `to`, with the packages left where they are. */
export async function bundleTests(files: readonly string[], from: string, to: string): Promise<void> {
  fs.rmSync(to, { recursive: true, force: true });
  await build({
    ...shared,
    entryPoints: [...files],
    outbase: from,
    outdir: to,
    outExtension: { '.js': '.cjs' },
    minify: false,
    sourcemap: 'inline',
    external: ['vscode'],
    packages: 'external',
  });
}
