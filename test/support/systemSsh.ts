import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Major and minor version of the installed client. */
export function sshVersion(): readonly [number, number] {
  const { stderr } = spawnSync('ssh', ['-V'], { encoding: 'utf8', timeout: 10_000 });
  const [, major, minor] = /OpenSSH_(?:for_Windows_)?(\d+)\.(\d+)/.exec(stderr) ?? [];
  if (major === undefined) throw new Error(`ssh -V says: ${stderr}`);
  return [Number(major), Number(minor)];
}

/** What `ssh -G` of the machine says, or undefined where it fails. Runs in a folder where no one can ask for anything. */
export async function sshG(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('ssh', ['-G', ...args], { env, encoding: 'utf8', timeout: 20_000 }, (error, stdout) =>
      resolve(error ? undefined : stdout),
    );
  });
}

/** A private HOME. The client takes `~` from the user database all the same; Include looks here. */
export function privateHome(): { readonly home: string; write(file: string, text: string): string; remove(): void } {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'ssh-home-'));
  return {
    home,
    write: (file, text) => {
      const full = path.join(home, file);
      fs.mkdirSync(path.dirname(full), { recursive: true, mode: 0o700 });
      fs.writeFileSync(full, text, { mode: 0o600 });
      return full;
    },
    remove: () => fs.rmSync(home, { recursive: true, force: true }),
  };
}

/** The values of `ssh -G` by keyword, in order. */
export function byKeyword(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, key = '', value = ''] = /^(\S+) ?(.*)$/s.exec(line) ?? [];
    found.set(key, [...(found.get(key) ?? []), value]);
  }
  return found;
}
