import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { parseLsof, parseLsofProcess } from '../listing/lsof.ts';
import { parseNetstatWindows } from '../listing/netstat.ts';
import { parseProcNet, socketInode, unixInodes } from '../listing/procNet.ts';

/** The process that listens on a port or a Unix socket of this machine. */
export interface PortOwner {
  readonly pid: number;
  readonly name: string;
}

/** The name of the owner is only a detail of an error message, so the search is short. */
const searchTimeoutMs = 3000;

/** The process of this machine that listens on a TCP port. Undefined if the system does not tell. */
export async function findPortOwner(port: number): Promise<PortOwner | undefined> {
  try {
    if (process.platform === 'linux') return await ownerOfInodes(await inodesOfPort(port));
    if (process.platform === 'win32') return await askNetstat(port);
    const sockets = parseLsof(await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-F', 'pctn']));
    return named(sockets.find((socket) => socket.port === port)?.process);
  } catch {
    return undefined;
  }
}

/** The process of this machine that listens on a Unix socket. Undefined if the system does not tell. */
export async function findPathOwner(path: string): Promise<PortOwner | undefined> {
  try {
    if (process.platform === 'linux') return await ownerOfInodes(unixInodes(await read('/proc/net/unix'), path));
    if (process.platform === 'win32') return undefined;
    return named(parseLsofProcess(await run('lsof', ['-F', 'pcn', path])));
  } catch {
    return undefined;
  }
}

async function inodesOfPort(port: number): Promise<readonly string[]> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(read));
  return tables.flatMap(parseProcNet).flatMap((socket) => (socket.port === port ? (socket.inode ?? []) : []));
}

async function read(file: string): Promise<string> {
  return fs.readFile(file, 'utf8').catch(() => '');
}

/** By inode: the descriptor that the latest search found. A cache, because a search reads the descriptors of all processes. */
const descriptorOf = new Map<string, string>();

async function ownerOfInodes(inodes: readonly string[]): Promise<PortOwner | undefined> {
  if (inodes.length === 0) return undefined;
  const owner = await known(inodes);
  if (owner) return owner;
  await findDescriptors();
  return known(inodes);
}

async function known(inodes: readonly string[]): Promise<PortOwner | undefined> {
  for (const inode of inodes) {
    const descriptor = descriptorOf.get(inode);
    // RACE: the process may have ended, and another process may have its PID.
    if (!descriptor || socketInode(await fs.readlink(descriptor).catch(() => '')) !== inode) continue;
    const pid = Number(descriptor.split('/')[2]);
    return { pid, name: (await fs.readFile(`/proc/${pid}/comm`, 'utf8')).trim() };
  }
  return undefined;
}

async function findDescriptors(): Promise<void> {
  descriptorOf.clear();
  for (const pid of (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const folder = `/proc/${pid}/fd`;
    // The system hides the descriptors of other users, and a process may end during the search.
    for (const descriptor of await fs.readdir(folder).catch(() => [])) {
      const inode = socketInode(await fs.readlink(`${folder}/${descriptor}`).catch(() => ''));
      if (inode !== undefined && !descriptorOf.has(inode)) descriptorOf.set(inode, `${folder}/${descriptor}`);
    }
  }
}

async function askNetstat(port: number): Promise<PortOwner | undefined> {
  const sockets = parseNetstatWindows(await run('netstat', ['-ano']));
  const pid = sockets.find((socket) => socket.port === port)?.process?.pid;
  if (pid === undefined) return undefined;
  const row = await run('tasklist', ['/fo', 'csv', '/nh', '/fi', `PID eq ${pid}`]);
  return named({ pid, name: /^"([^"]+)"/m.exec(row)?.[1] ?? '' });
}

function named(owner: PortOwner | undefined): PortOwner | undefined {
  return owner?.name ? owner : undefined;
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { timeout: searchTimeoutMs, windowsHide: true });
  return stdout;
}
