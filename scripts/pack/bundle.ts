import fs from 'node:fs';
import { type BuildOptions, build } from 'esbuild';
import { inRoot, root } from '../root.ts';
import { writeNotices } from './notices.ts';

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
  // A bundle finds what is beside it by __dirname, the sources by import.meta.
  logOverride: { 'empty-import-meta': 'silent' },
  // ssh2's native addons fit one Node ABI only, so none is shipped; it finds that out by itself and does without.
  external: ['vscode', 'cpu-features', '*.node'],
};

/** What ships in dist/, by name. The command line program begins with its own `#!` line. */
const entries = {
  extension: 'src/extension.ts',
  engine: 'src/engine/thread.ts',
  decryptWorker: 'src/core/ssh/keys/decryptWorker.mjs',
  cli: 'src/cli.ts',
  mcp: 'src/mcp/serve.ts',
};

/** What runs in views, by name. */
const webviews = { path: 'src/webview/path.ts' };

/**
 * Bundles the extension, its workers, the command line program and the scripts of views, each into one file of dist/, and
 * writes down whose packages they carry.
 */
export async function bundle(signal: AbortSignal): Promise<void> {
  fs.rmSync(inRoot('dist'), { recursive: true, force: true });
  const options = { ...shared, outdir: 'dist', metafile: true } as const;
  const forNode = await build({ ...options, entryPoints: entries, outExtension: { '.js': '.cjs' } });
  const browser = { platform: 'browser', target: 'es2022', format: 'iife' } as const;
  const forViews = await build({ ...options, ...browser, entryPoints: webviews });
  fs.chmodSync(inRoot('dist', 'cli.cjs'), 0o755);
  await writeNotices([forNode.metafile, forViews.metafile], signal);
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
