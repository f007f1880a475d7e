import { execFile } from 'node:child_process';

const LIMIT_MS = 5000;

/**
 * The version of ssh: `8.7` for OpenSSH 8.7p1 (its minor number has one digit), Infinity for an ssh that prints none.
 * Undefined when ssh cannot run.
 */
export async function opensshVersion(program: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile(program, ['-V'], { timeout: LIMIT_MS }, (error, _stdout, stderr) => {
      resolve(error ? undefined : Number(/OpenSSH_(\d+\.\d)/.exec(stderr)?.[1] ?? Infinity));
    });
  });
}
