import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { browserArguments, browserKind, firefoxPreferences } from './browserArguments.ts';

export interface BrowserRun {
  /** The executable. */
  readonly file: string;
  readonly proxyPort: number;
  readonly page: string;
}

/**
 * Runs a browser in a fresh profile whose proxy is the host, until the user closes it or `signal` aborts. The profile goes
 * with it.
 *
 * @returns the exit code; undefined when a signal ended it
 * @throws Error when the program does not start
 */
export async function runBrowser(
  { file, proxyPort, page }: BrowserRun,
  signal: AbortSignal,
): Promise<number | undefined> {
  const profile = await fs.mkdtemp(path.join(os.tmpdir(), 'ssh-ports-browser-'));
  try {
    const kind = browserKind(file);
    if (kind === 'firefox') await fs.writeFile(path.join(profile, 'user.js'), firefoxPreferences(proxyPort));
    return await ended(file, browserArguments(kind, { profile, proxyPort, page }), signal);
  } finally {
    // RACE: the last of a browser's processes may still write to its profile.
    await fs.rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function ended(file: string, args: readonly string[], signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'ignore', env: environment(), signal });
    child.once('error', (error) => (error.name === 'AbortError' ? undefined : reject(error)));
    child.once('exit', (code) => resolve(code ?? undefined));
  });
}

/** Without what makes a program of Electron behave as Node.js. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:ELECTRON|VSCODE)_/u.test(name)));
}
