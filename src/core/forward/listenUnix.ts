import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { errorCode } from '../../base/userError.ts';
import { listening } from './listening.ts';

/** A Unix socket to listen at. */
export interface SocketFile {
  /** ssh_config(5) StreamLocalBindUnlink: remove an existing file first. */
  readonly unlinkExisting?: boolean;
  /** ssh_config(5) StreamLocalBindMask. By default only this user may connect. */
  readonly bindMask?: number;
}

/**
 * Listens at a path. SECURITY: users whom the mask excludes cannot connect at any moment. `process.umask` cannot ensure this,
 * because it throws in worker threads. Returns a function that removes the file after the server has closed.
 */
export async function listenUnix(
  server: net.Server,
  file: string,
  { unlinkExisting, bindMask = 0o177 }: SocketFile,
): Promise<() => void> {
  if (unlinkExisting || (await isStale(file))) fs.rmSync(file, { force: true });
  const mode = 0o777 & ~bindMask;
  if (!umaskKeepsOut(bindMask)) return listenInPrivate(server, file, mode);
  await listening(server, () => server.listen({ path: file }));
  fs.chmodSync(file, mode);
  return () => undefined; // libuv removes the file
}

/** CAUTION: a file-system call on a pipe connects to the pipe. A pipe ends with its process, so it is never stale. */
export async function listenPipe(server: net.Server, pipe: string): Promise<() => void> {
  await listening(server, () => server.listen({ path: pipe }));
  return () => undefined;
}

/** On Linux, a client needs the right to write (unix(7)). On other systems the umask cannot be read without changing it. */
function umaskKeepsOut(bindMask: number): boolean {
  return (bindMask & 0o222 & ~(umask() ?? 0)) === 0;
}

/** CAUTION: `process.umask()` would set the mask of all threads to 0 for a moment. */
function umask(): number | undefined {
  try {
    const [, octal] = /^Umask:\s*([0-7]+)$/mu.exec(fs.readFileSync('/proc/self/status', 'utf8')) ?? [];
    return octal === undefined ? undefined : Number.parseInt(octal, 8);
  } catch {
    return undefined;
  }
}

/** Makes the socket in a folder that only this user may enter, sets its mode, then moves it to its place. */
async function listenInPrivate(server: net.Server, file: string, mode: number): Promise<() => void> {
  const folder = fs.mkdtempSync(path.join(path.dirname(file), '.'));
  const made = path.join(folder, 's');
  try {
    await listening(server, () => server.listen({ path: made }));
    fs.chmodSync(made, mode);
    const { ino } = fs.lstatSync(made);
    place(made, file);
    return () => {
      // RACE: another program may have put its own socket there since.
      if (fs.lstatSync(file, { throwIfNoEntry: false })?.ino === ino) fs.rmSync(file, { force: true });
    };
  } catch (error) {
    server.close();
    throw error;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Fails like bind(2) where the path is taken. */
function place(made: string, file: string): void {
  try {
    fs.linkSync(made, file);
  } catch (error) {
    if (errorCode(error) === 'EEXIST' || fs.lstatSync(file, { throwIfNoEntry: false })) {
      throw Object.assign(new Error(`address already in use ${file}`), { code: 'EADDRINUSE' });
    }
    fs.renameSync(made, file); // a file system without hard links
  }
}

/** Whether a killed process left the socket file behind. Such a file must not block the next forward. */
async function isStale(file: string): Promise<boolean> {
  if (!fs.lstatSync(file, { throwIfNoEntry: false })?.isSocket()) return false;
  const socket = net.connect({ path: file });
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return errorCode(error) === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
