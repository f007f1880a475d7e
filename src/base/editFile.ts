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
import { unreadable } from './unreadableFile.ts';
import { errorCode, errorText, UserError } from './userError.ts';

/**
 * Changes a text file of the user's in one step: other programs read the old or the new text, never a part. The file
 * keeps its mode, its owner and its links. A new file gets the mode 600.
 *
 * A renamed temporary file replaces the old one. Where that is impossible (hard link, mount point, foreign folder or
 * owner), the text is written into the old file.
 *
 * @param edit runs again with the current text when another program has changed the file meanwhile
 * @throws UserError<UnreadableFile> when the file cannot be read, is not UTF-8, or cannot be written
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

/** The target of a symbolic link, also one that does not exist yet. */
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
    return file; // Not a link: the file will be created here.
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

/** False when another program has changed the file: then nothing is written. */
async function replace(file: string, before: string | undefined, after: string): Promise<boolean> {
  const old = await fs.stat(file).catch(() => undefined);
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    const isAlike = await writeAlike(temporary, after, old);
    // RACE: everything from here on is synchronous, so that no other edit of this process comes between.
    if (textNow(file) !== before) return false;
    if (!isAlike || !takesPlace(temporary, file, old)) overwrite(file, before ?? '', after);
    return true;
  } finally {
    await fs.rm(temporary, { force: true });
  }
}

/** Writes the temporary file. False when it cannot have the old file's links or owner. */
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

/** rename(2), open(2): the user may not change the folder, or the file is a mount point. */
function isForbidden(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV'].includes(errorCode(error) ?? '');
}

/** Restores the old text if the new text does not fit on the disk. */
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
    await fs.chmod(file, mode & 0o7777); // chown(2) may clear the set-user-ID bits.
    return true;
  } catch (error) {
    if (errorCode(error) === 'EPERM') return false;
    throw error;
  }
}
