import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Scope } from './scope.ts';
import { errorText, UserError } from './userError.ts';

/** No folder of this machine can hold a Unix socket of ours. `tried`: each folder, and why not. */
export interface SocketFolderProblem {
  readonly code: 'noSocketFolder';
  readonly tried: readonly string[];
}

/**
 * A Unix socket's path has 103 bytes at the most on macOS and 107 on Linux (unix(7)), and ssh appends 17 to a control
 * socket while it makes one. What is left for the folder that ours are made in:
 */
const longestFolder = 70;

/** Folders in which sockets may be made, best first: the user may have set TMPDIR to a path that is too long, or gone. */
export function socketFolders(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  if (process.platform === 'win32') return [os.tmpdir()];
  const all = [os.tmpdir(), env['XDG_RUNTIME_DIR'], '/tmp', '/var/tmp'].filter((each) => each !== undefined);
  return [...new Set(all)].filter((each) => path.isAbsolute(each) && Buffer.byteLength(each) <= longestFolder);
}

/**
 * A new folder for sockets and small programs that only its owner may enter. The scope removes it.
 *
 * @throws UserError<SocketFolderProblem>
 */
export async function privateFolder(scope: Scope): Promise<string> {
  const tried: string[] = [];
  for (const base of socketFolders()) {
    let folder: string | undefined;
    try {
      folder = await fs.mkdtemp(path.join(base, 'sshp-'));
      await provesExecutable(folder);
      scope.defer(() => fs.rm(folder ?? '', { recursive: true, force: true }));
      return folder;
    } catch (error) {
      tried.push(`${base}: ${errorText(error)}`);
      if (folder !== undefined) await fs.rm(folder, { recursive: true, force: true });
    }
  }
  throw new UserError<SocketFolderProblem>({ code: 'noSocketFolder', tried });
}

/** ssh runs a program of ours there (SSH_ASKPASS), which a file system that is mounted `noexec` forbids. */
async function provesExecutable(folder: string): Promise<void> {
  const program = path.join(folder, 'x');
  await fs.writeFile(program, '', { mode: 0o700 });
  if (process.platform !== 'win32') await fs.access(program, constants.X_OK);
  await fs.rm(program);
}
