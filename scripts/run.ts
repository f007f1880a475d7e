import type { SpawnOptions } from 'node:child_process';
import { abortable } from '../src/base/delay.ts';
import { start, stop } from '../test/support/child.ts';
import { root } from './root.ts';

export interface Ended {
  /** `null`: ended by a signal. */
  readonly code: number | null;
  /** What it wrote to its standard output and error output, as it came. */
  readonly output: string;
}

/** Runs a command in the project's folder to its end. An abort ends its whole family and rejects. */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
  signal: AbortSignal,
): Promise<Ended> {
  signal.throwIfAborted();
  const child = start(command, args, { cwd: root, ...options });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
  try {
    return await abortable(ended, signal);
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** Runs a TypeScript file or a package's program with the Node that runs this. */
export function runNode(args: readonly string[], options: SpawnOptions, signal: AbortSignal): Promise<Ended> {
  return run(process.execPath, args, options, signal);
}
