import { execFile } from 'node:child_process';

const LIMIT_MS = 5000;

/**
 * `8.7` for OpenSSH 8.7p1, whose minor number never has two digits; Infinity for an ssh that tells none. Undefined when
 * there is no ssh.
 */
export async function opensshVersion(program: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile(program, ['-V'], { timeout: LIMIT_MS }, (error, _stdout, stderr) => {
      resolve(error ? undefined : Number(/OpenSSH_(\d+\.\d)/.exec(stderr)?.[1] ?? Infinity));
    });
  });
}
