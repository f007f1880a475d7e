import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after } from '../../../base/delay.ts';
import type { Log } from '../../../base/log.ts';
import type { Readable } from '../../../base/store.ts';
import { socketFolders } from '../../../base/socketFolder.ts';
import { errorCode, errorText } from '../../../base/userError.ts';
import { formatEndpoint, formatForward } from '../../spec/grammar.ts';
import type { ForwardSpec } from '../../spec/spec.ts';
import { type AppState, findHost, localPort } from '../state.ts';

/** A forward, as one window names it when it asks another. */
export interface Claim {
  readonly host: string;
  /** The local port; 0 for a forward that listens on the remote. */
  readonly port: number;
  /** The destination; empty for SOCKS; the whole specification, after `-R`, for a forward that listens on the remote. */
  readonly to: string;
}

/** Another window that has a forward. */
export interface OtherWindow {
  /** Settles when it no longer has the forward: the user ended it, or the window is gone. */
  readonly ended: Promise<void>;
  close(): void;
}

const answerMs = 1000;

/**
 * The windows of one user on one machine. The port itself is the lock, so a dead window leaves no lock behind. A window
 * that finds a port taken asks the process that has it, at a socket named for that process; for a port of the remote it
 * asks all windows. The other window keeps the socket open for as long as it has the forward.
 */
export class Windows {
  readonly #folder: string;
  readonly #state: Readable<AppState>;
  readonly #log: Log;
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | undefined;
  /** SECURITY: in a folder of another user's making nobody is asked, for anybody may answer. */
  #isTrusted = false;
  #isClosed = false;

  constructor(folder: string, state: Readable<AppState>, log: Log) {
    this.#folder = folder;
    this.#state = state;
    this.#log = log;
  }

  /** Listens for questions. If that fails, windows know nothing of each other and take different ports. */
  async open(): Promise<void> {
    try {
      if (process.platform !== 'win32') prepareFolder(this.#folder);
      this.#isTrusted = true;
      const server = net.createServer((socket) => this.#answer(socket));
      server.listen(socketOf(this.#folder, process.pid));
      await once(server, 'listening');
      server.on('error', () => undefined);
      this.#server = server;
      if (this.#isClosed) server.close();
    } catch (error) {
      this.#log.warn(`cannot tell other windows what is forwarded here: ${errorText(error)}`);
    }
  }

  /** The window of this process; undefined if the process is no window or does not have the forward. */
  async ask(pid: number, claim: Claim): Promise<OtherWindow | undefined> {
    const file = socketOf(this.#folder, pid);
    if (pid === process.pid || !this.#isTrusted || !isOurSocket(file)) return undefined;
    const socket = net.connect(file).on('error', () => undefined);
    const timer = after(answerMs, () => socket.destroy());
    const ended = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    socket.write(`${JSON.stringify(claim)}\n`);
    const answered = new Promise<boolean>((resolve) => void socket.once('data', () => resolve(true)));
    const isThere = await Promise.race([answered, ended.then(() => false)]);
    clearTimeout(timer);
    return isThere ? { ended, close: () => socket.destroy() } : undefined;
  }

  /** Any window that has the forward. */
  async askAll(claim: Claim): Promise<OtherWindow | undefined> {
    const answers = await Promise.all((this.#isTrusted ? pidsIn(this.#folder) : []).map((pid) => this.ask(pid, claim)));
    const [first, ...others] = answers.filter((each) => each !== undefined);
    for (const other of others) other.close();
    return first;
  }

  close(): void {
    this.#isClosed = true;
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Answers yes and stays connected while this window has the forward; else hangs up. */
  #answer(socket: net.Socket): void {
    this.#sockets.add(socket.on('error', () => undefined));
    socket.once('close', () => this.#sockets.delete(socket));
    const lines = createInterface({ input: socket }).on('error', () => undefined); // repeats the errors of the socket
    lines.once('line', (line) => {
      const claim = parse(line);
      const check = (state: AppState): boolean => claim !== undefined && isServed(claim, state);
      if (!check(this.#state.get())) {
        socket.destroy();
        return;
      }
      socket.write('yes\n');
      const stop = this.#state.watch((state) => check(state) || socket.destroy());
      socket.once('close', stop);
    });
  }
}

/** How a forward is named. `port`: its local port, if it has one. */
export function claimOf(host: string, spec: ForwardSpec, port: number): Claim {
  switch (spec.kind) {
    case 'local':
      return { host, port, to: formatEndpoint(spec.to) };
    case 'dynamic':
      return { host, port, to: '' };
    case 'remote':
    case 'remoteDynamic':
      return { host, port: 0, to: `-R ${formatForward(spec)}` };
  }
}

/** Where the windows of this user meet: in the user's own runtime folder, else in the temporary one. */
export function windowFolder(env: NodeJS.ProcessEnv = process.env): string {
  const runtime = env['XDG_RUNTIME_DIR'];
  const bases = socketFolders(env);
  const base = runtime !== undefined && bases.includes(runtime) ? runtime : (bases[0] ?? os.tmpdir());
  return path.join(base, `ssh-ports-${process.getuid?.() ?? 'user'}`);
}

/** SECURITY: not a link, and made by this user. On Windows a pipe tells no owner. */
function isOurSocket(file: string): boolean {
  if (process.platform === 'win32') return true;
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  return stat !== undefined && stat.isSocket() && stat.uid === process.getuid?.();
}

function isServed({ host, port, to }: Claim, state: AppState): boolean {
  const forwards = findHost(state, host)?.forwards ?? [];
  return forwards.some(
    (each) =>
      each.status.kind === 'open' && (localPort(each) ?? 0) === port && claimOf(host, each.spec, port).to === to,
  );
}

function parse(line: string): Claim | undefined {
  try {
    return (JSON.parse(line) as Claim | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function socketOf(folder: string, pid: number): string {
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\${path.basename(folder)}-${pid}`
    : path.join(folder, `${pid}.sock`);
}

/** SECURITY: another user may have made a folder of this name in /tmp first. Removes the sockets of dead windows. */
function prepareFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = fs.lstatSync(folder);
  const { uid, mode } = stat;
  if (!stat.isDirectory() || uid !== process.getuid?.() || (mode & 0o077) !== 0) {
    throw new Error(`${folder} belongs to another user, is open to others, or is a link`);
  }
  for (const name of fs.readdirSync(folder)) {
    const pid = Number.parseInt(name, 10);
    if (pid === process.pid || !isAlive(pid)) fs.rmSync(path.join(folder, name), { force: true });
  }
}

/** The process ids of windows. On Windows one folder lists the pipes of all programs. */
function pidsIn(folder: string): readonly number[] {
  try {
    const isWindows = process.platform === 'win32';
    const pattern = isWindows ? new RegExp(`^${path.basename(folder)}-(\\d+)$`, 'u') : /^(\d+)\.sock$/u;
    const names = fs.readdirSync(isWindows ? '\\\\.\\pipe\\' : folder);
    return names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number);
  } catch {
    return []; // the folder cannot be listed
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
