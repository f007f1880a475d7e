import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import { promisify } from 'node:util';
import type { PortOwner } from './runningForward.ts';

/** Looking is a courtesy: nobody waits longer for it. */
const lookTimeoutMs = 3000;

/** The process of this machine that listens on a TCP port, where the system tells us. */
export async function findPortOwner(port: number): Promise<PortOwner | undefined> {
  try {
    if (process.platform === 'linux') return await ownerOfInodes(await inodesOfPort(port));
    if (process.platform === 'win32') return await askWindows(port);
    return await askLsof(['-nP', `-iTCP:${port}`, '-sTCP:LISTEN']);
  } catch {
    return undefined;
  }
}

/** The process of this machine that listens on a Unix socket, where the system tells us. */
export async function findPathOwner(path: string): Promise<PortOwner | undefined> {
  try {
    if (process.platform === 'linux') return await ownerOfInodes(await inodesOfPath(path));
    return process.platform === 'win32' ? undefined : await askLsof([path]);
  } catch {
    return undefined;
  }
}

/** proc_net(5): local address in hex as the second field, state 0A (listening) as the fourth, inode as the tenth. */
async function inodesOfPort(port: number): Promise<ReadonlySet<string>> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const fields of await readTable(file)) {
      if (fields[1]?.endsWith(suffix) && fields[3] === '0A' && fields[9]) inodes.add(fields[9]);
    }
  }
  return inodes;
}

/** proc_net(5) unix: flags as the fourth field (10000 while it listens), inode as the seventh, then the path. */
async function inodesOfPath(path: string): Promise<ReadonlySet<string>> {
  const inodes = new Set<string>();
  for (const fields of await readTable('/proc/net/unix')) {
    if (fields.slice(7).join(' ') === path && fields[3] === '00010000' && fields[6]) inodes.add(fields[6]);
  }
  return inodes;
}

async function readTable(file: string): Promise<readonly (readonly string[])[]> {
  const text = await fs.readFile(file, 'utf8').catch(() => '');
  return text.split('\n').map((line) => line.trim().split(/\s+/));
}

async function ownerOfInodes(inodes: ReadonlySet<string>): Promise<PortOwner | undefined> {
  if (inodes.size === 0) return undefined;
  const pids = (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // Another user's descriptors cannot be read, and processes come and go.
    const descriptors = await fs.readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await fs.readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode === undefined || !inodes.has(inode)) continue;
      return { pid: Number(pid), name: (await fs.readFile(`/proc/${pid}/comm`, 'utf8')).trim() };
    }
  }
  return undefined;
}

/** lsof(8) -F: one field a line, `p` the process, `c` its command. */
async function askLsof(filter: readonly string[]): Promise<PortOwner | undefined> {
  const output = await run('lsof', ['-Fpc', ...filter]);
  const pid = /^p(\d+)$/m.exec(output)?.[1];
  const name = /^c(.+)$/m.exec(output)?.[1];
  return pid === undefined || name === undefined ? undefined : { pid: Number(pid), name };
}

async function askWindows(port: number): Promise<PortOwner | undefined> {
  const table = await run('netstat', ['-ano', '-p', 'TCP']);
  const pid = new RegExp(`^\\s*TCP\\s+\\S+:${port}\\s+\\S+:0\\s+\\S+\\s+(\\d+)\\s*$`, 'm').exec(table)?.[1];
  if (pid === undefined) return undefined;
  const row = await run('tasklist', ['/fo', 'csv', '/nh', '/fi', `PID eq ${pid}`]);
  const name = /^"([^"]+)"/m.exec(row)?.[1];
  return name === undefined ? undefined : { pid: Number(pid), name };
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { timeout: lookTimeoutMs, windowsHide: true });
  return stdout;
}
