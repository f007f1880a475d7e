import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  type Stats,
  writeSync,
} from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { errorCode, errorText, UserError } from './userError.ts';
import type { ConfigProblem } from '../hostConfig.ts';

/**
 * Changes a configuration file in one step: whoever reads it sees the old or the new text, never a part. Mode, owner
 * and links stay, and no other file is left behind. Where no new file can take its place (a hard link, a mounted file, a
 * folder or an owner that forbids it) it is written into. A file that does not exist is created for the user alone.
 *
 * @param edit once more, with what is there now, when somebody else was faster
 * @throws UserError<ConfigProblem> when it cannot be read, is not UTF-8, or cannot be written
 */
export async function editFile(file: string, edit: (text: string) => string): Promise<void> {
  const target = await realTarget(file);
  let isDone = false;
  while (!isDone) {
    const before = await readText(target);
    const after = edit(before ?? '');
    if (after === before) return;
    try {
      await fs.mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
      isDone = await replace(target, before, after);
    } catch (error) {
      throw unreadable(file, errorText(error), error);
    }
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

/** False, and nothing done: the file is no longer as it was before. */
async function replace(file: string, before: string | undefined, after: string): Promise<boolean> {
  const old = await fs.stat(file).catch(() => undefined);
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    const isAlike = await writeAlike(temporary, after, old);
    // From here to the end nothing of ours can come between.
    if (textNow(file) !== before) return false;
    if (!isAlike || !takesPlace(temporary, file, old)) overwrite(file, before ?? '', after);
    return true;
  } finally {
    await fs.rm(temporary, { force: true });
  }
}

/** False: no new file can be what the old one is. */
async function writeAlike(temporary: string, text: string, old: Stats | undefined): Promise<boolean> {
  if (old && old.nlink > 1) return false;
  try {
    const handle = await fs.open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      if (old) await handle.chmod(old.mode & 0o7777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return !old || (await hasOwner(temporary, old));
  } catch (error) {
    if (old && isForbidden(error)) return false;
    throw error;
  }
}

function textNow(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function takesPlace(temporary: string, file: string, old: Stats | undefined): boolean {
  try {
    renameSync(temporary, file);
    return true;
  } catch (error) {
    if (old && isForbidden(error)) return false;
    throw error;
  }
}

/** rename(2), open(2): the folder is not ours to change, or the file is a mount of its own. */
function isForbidden(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV'].includes(errorCode(error) ?? '');
}

/** What was there is put back if there is no room for all that is to be. */
function overwrite(file: string, before: string, after: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    writeWhole(descriptor, after);
  } catch (error) {
    writeWhole(descriptor, before);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at, bytes.length - at, at);
  ftruncateSync(descriptor, bytes.length);
  fsyncSync(descriptor);
}

async function hasOwner(file: string, { uid, gid, mode }: Stats): Promise<boolean> {
  const now = await fs.stat(file);
  if (now.uid === uid && now.gid === gid) return true;
  try {
    await fs.chown(file, uid, gid);
    await fs.chmod(file, mode & 0o7777); // chown(2) may have cleared bits.
    return true;
  } catch (error) {
    if (errorCode(error) === 'EPERM') return false;
    throw error;
  }
}

function unreadable(file: string, detail: string, cause?: unknown): UserError<ConfigProblem> {
  return new UserError({ code: 'fileUnreadable', file, detail }, { cause });
}
