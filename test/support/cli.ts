import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { build } from 'esbuild';
import { start, stop } from './child.ts';
import { until } from './until.ts';

/** The command-line program as it ships, in a folder of its own. */
export interface Cli {
  readonly folder: string;
  readonly program: string;
  remove(): void;
}

export async function buildCli(): Promise<Cli> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cli-'));
  fs.chmodSync(folder, 0o755); // other users run it too
  await build({
    entryPoints: { cli: 'src/cli.ts', decryptWorker: 'src/core/ssh/keys/decryptWorker.mjs', mcp: 'src/mcp/serve.ts' },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['cpu-features', '*.node'],
    logOverride: { 'empty-import-meta': 'silent' },
  });
  return {
    folder,
    program: path.join(folder, 'cli.cjs'),
    remove: () => fs.rmSync(folder, { recursive: true }),
  };
}

export interface Running {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** Waits for a line and gives what the pattern's groups matched. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly status: () => Promise<number | null>;
}

/** Runs a program until the test ends, and collects its stderr. */
export function run(
  t: TestContext,
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Running {
  const child = start(command, args, { env });
  t.after(() => stop(child));
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    child,
    said: () => text,
    says: (pattern) =>
      until(`${pattern} on stderr`, () => {
        const match = pattern.exec(text);
        if (!match && child.exitCode !== null) throw new Error(`it ended: ${text}`);
        return match;
      }),
    status: async () => {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
      return child.exitCode;
    },
  };
}
