import fs from 'node:fs/promises';
import { errorCode, errorText, UserError } from '../../../base/userError.ts';
import type { ConfigProblem } from '../hostConfig.ts';

/**
 * The lines of a configuration file. A folder reads as empty, as it does for OpenSSH.
 *
 * @param check `permissions`: a file that others may write is refused, as the user's own files are
 * @returns undefined when the file does not exist
 * @throws UserError<ConfigProblem>
 */
export async function readLines(
  file: string,
  check: 'permissions' | 'nothing',
): Promise<readonly string[] | undefined> {
  let text: string;
  try {
    if (check === 'permissions') await checkPermissions(file);
    text = await fs.readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    if (errorCode(error) === 'EISDIR') return [];
    throw unreadable(file, errorText(error), error);
  }
  return text.split('\n');
}

/**
 * OpenSSH reads only what belongs to the user or to root and what nobody else may write. Debian lets the user's own
 * group write, because there every user has one.
 */
async function checkPermissions(file: string): Promise<void> {
  if (!process.getuid || !process.getgid) return;
  const { uid, gid, mode } = await fs.stat(file);
  const isOwn = uid === 0 || uid === process.getuid();
  const isOwnGroup = gid === process.getgid();
  if (!isOwn || (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !isOwnGroup)) {
    throw unreadable(file, 'bad owner or permissions');
  }
}

export function unreadable(file: string, detail: string, cause?: unknown): UserError<ConfigProblem> {
  return new UserError({ code: 'fileUnreadable', file, detail }, { cause });
}
