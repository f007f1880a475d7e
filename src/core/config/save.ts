import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { errorCode, errorText, UserError } from '../../base/userError.ts';
import type { ConfigProblem } from './hostConfig.ts';

/**
 * Changes a configuration file in one step: whoever reads it sees the old or the new text, never a part. Mode, owner
 * and symbolic links stay, and no other file is left behind. A file that does not exist is created for the user alone.
 *
 * @throws UserError<ConfigProblem> when it cannot be read, is not UTF-8, or cannot be written
 */
export async function editFile(file: string, edit: (text: string) => string): Promise<void> {
  const target = await realTarget(file);
  const before = await readText(target);
  const after = edit(before ?? '');
  if (after === before) return;
  try {
    await fs.mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await replace(target, after);
  } catch (error) {
    throw unreadable(file, errorText(error), error);
  }
}

/** What a symbolic link stands for, also when that does not exist yet. */
async function realTarget(file: string, hops = 0): Promise<string> {
  try {
    return await fs.realpath(file);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || hops > 40) throw unreadable(file, errorText(error), error);
  }
  try {
    return await realTarget(path.resolve(path.dirname(file), await fs.readlink(file)), hops + 1);
  } catch (error) {
    if (error instanceof UserError) throw error;
    return file; // No link: it is to be created here.
  }
}

async function readText(file: string): Promise<string | undefined> {
  let bytes: Buffer;
  try {
    bytes = await fs.readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw unreadable(file, errorText(error), error);
  }
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw unreadable(file, 'not UTF-8');
  return text;
}

async function replace(file: string, text: string): Promise<void> {
  const old = await fs.stat(file).catch(() => undefined);
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    const handle = await fs.open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      if (old) await handle.chmod(old.mode & 0o7777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (old && !(await hasOwner(temporary, old))) {
      // It belongs to somebody else who lets us write: only writing into it keeps that.
      await fs.writeFile(file, text);
      return;
    }
    await fs.rename(temporary, file);
  } finally {
    await fs.rm(temporary, { force: true });
  }
}

async function hasOwner(file: string, { uid, gid, mode }: Awaited<ReturnType<typeof fs.stat>>): Promise<boolean> {
  const now = await fs.stat(file);
  if (now.uid === uid && now.gid === gid) return true;
  try {
    await fs.chown(file, Number(uid), Number(gid));
    await fs.chmod(file, Number(mode) & 0o7777); // chown(2) may have cleared bits.
    return true;
  } catch (error) {
    if (errorCode(error) === 'EPERM') return false;
    throw error;
  }
}

function unreadable(file: string, detail: string, cause?: unknown): UserError<ConfigProblem> {
  return new UserError({ code: 'configUnreadable', file, detail }, { cause });
}
