import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Takes the place of `ssh` in OpenSSH's own regression scripts: `standIn.cjs CLI ARGUMENTS OF SSH`.
 * A forwarder runs no remote command, and in these scripts the remote is this machine. So `ssh host command` is a login
 * with -N by our program, a few bytes there and back through a forward of it, and the command, run here.
 * -Q and -V, which print what OpenSSH knows, stay with `ssh`.
 */

const flagsWithValue = 'BbcDEeFIiJLlmOopQRSWw';
const limitMs = 60_000;
const greeting = 'there and back';

interface Words {
  /** Flags and destination, in their order. */
  readonly words: readonly string[];
  readonly command: readonly string[];
  readonly logFile: string | undefined;
}

/** ssh(1) takes flags before and after the destination; what follows is the command. */
function split(args: readonly string[]): Words {
  const words: string[] = [];
  const rest = [...args];
  let hasDestination = false;
  let logFile: string | undefined;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('-') || word === '-') {
      if (hasDestination) return { words, command: [word, ...rest], logFile };
      hasDestination = true;
      words.push(word);
      continue;
    }
    const at = Array.from(word).findIndex((letter, index) => index > 0 && flagsWithValue.includes(letter));
    const isOpen = at === word.length - 1;
    const value = at < 0 ? undefined : isOpen ? rest.shift() : word.slice(at + 1);
    if (word[at] === 'E') logFile = value;
    else words.push(word, ...(isOpen && value !== undefined ? [value] : []));
  }
  return { words, command: [], logFile };
}

async function main([cli = '', ...args]: readonly string[]): Promise<number> {
  const { words, command, logFile } = split(args);
  const asks = (letter: string): boolean => words.some((word) => new RegExp(`^-[a-zA-Z]*${letter}`, 'u').test(word));
  if (asks('Q') || asks('V')) return spawnSync('ssh', args, { stdio: 'inherit' }).status ?? 255;
  const log = logFile === undefined ? 2 : fs.openSync(logFile, 'a');
  if (asks('G') || asks('N')) {
    const { status } = spawnSync(process.execPath, [cli, ...words], { stdio: [0, 1, log] });
    return status ?? 255;
  }
  const folder = fs.mkdtempSync('/tmp/stand-in-');
  const [near, far] = [path.join(folder, 'near'), path.join(folder, 'far')];
  const echo = net.createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(far);
  const forward = ['-N', '-L', `${near}:${far}`];
  const child = spawn(process.execPath, [cli, ...forward, ...words], { stdio: ['ignore', 1, 'pipe'] });
  try {
    if (!(await isLoggedIn(child, near, log))) return child.exitCode ?? 255;
    const answer = await through(near);
    // A server may forbid forwards. The login is what the scripts are about.
    if (answer !== greeting && (await hasEnded(child))) return child.exitCode ?? 255;
    if (command.length === 0) return 0;
    return spawnSync('/bin/sh', ['-c', command.join(' ')], { stdio: 'inherit' }).status ?? 255;
  } finally {
    child.kill('SIGTERM');
    echo.close();
    fs.rmSync(folder, { recursive: true });
  }
}

/** Our listener is there: the login was accepted. */
async function isLoggedIn(child: ChildProcess, near: string, log: number): Promise<boolean> {
  child.stderr?.on('data', (chunk: Buffer) => fs.writeSync(log, chunk));
  for (const end = Date.now() + limitMs; Date.now() < end; await sleep(10)) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    if (fs.existsSync(near)) return true;
  }
  return false;
}

async function hasEnded(child: ChildProcess): Promise<boolean> {
  await Promise.race([once(child, 'exit'), sleep(500)]);
  return child.exitCode !== null;
}

async function through(near: string): Promise<string> {
  const socket = net.connect(near);
  socket.setTimeout(10_000, () => socket.destroy());
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  socket.end(greeting);
  await new Promise<void>((resolve) => {
    socket.on('error', () => undefined).once('close', () => resolve());
  });
  return heard;
}

void main(process.argv.slice(2)).then((status) => process.exit(status));
