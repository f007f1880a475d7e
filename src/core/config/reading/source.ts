import fs from 'node:fs/promises';
import { unreadable } from '../../../base/unreadableFile.ts';
import { errorCode, errorText, UserError } from '../../../base/userError.ts';

/**
 * Reads the lines of a configuration file. A folder has no lines, as for OpenSSH.
 *
 * @param check `permissions` refuses a file that other users may write
 * @returns undefined when the file does not exist
 * @throws UserError<UnreadableFile>
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
 * SECURITY: OpenSSH refuses a file of another user, and a file that another user may write. The user's own group may
 * write, as in Debian, where every user has a group of its own.
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
