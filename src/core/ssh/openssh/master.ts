import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { abortable } from '../../../base/delay.ts';
import { errorCode } from '../../../base/userError.ts';
import { withStreams } from '../../../base/withStreams.ts';
import type { OpensshLog } from './log.ts';

/** The master answers a control command itself, except that `-R` asks the server. */
export const CONTROL_MS = 10_000;

/** A running ssh master process (ssh_config(5) ControlMaster), as its clients see it. */
export interface Master {
  /** A private folder for sockets. */
  readonly folder: string;
  readonly log: OpensshLog;
  /** Aborted with `linkLost` when the master has ended. */
  readonly lost: AbortSignal;
  /** Runs `ssh -S … ARGS HOST [COMMAND]` through the master. */
  run(args: readonly string[], command?: string): ChildProcessWithoutNullStreams;
  /** Sends a control command (`-O …`). Resolves with its output, or rejects with its stderr. */
  control(args: readonly string[], signal: AbortSignal): Promise<string>;
  /** Asks the control socket, which is the first thing to vanish. */
  isAlive(): Promise<boolean>;
}

export interface MasterAddress {
  readonly program: string;
  /** The arguments that the master itself was started with, apart from its options as a master. */
  readonly args: readonly string[];
  /** The control socket. */
  readonly socket: string;
  readonly host: string;
}

/** The part of a master that runs further ssh processes. */
export type MasterCommands = Pick<Master, 'run' | 'control' | 'isAlive'>;

export function masterCommands(address: MasterAddress): MasterCommands {
  const run = (args: readonly string[], command?: string): ChildProcessWithoutNullStreams => {
    const all = [...commandArguments(address, args), ...(command === undefined ? [] : [command])];
    return withStreams(spawn(address.program, all, { env: { ...process.env, LC_ALL: 'C' } }));
  };
  const control = async (args: readonly string[], signal: AbortSignal): Promise<string> => {
    const child = run(args);
    child.stdin.end();
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const exited = once(child, 'close') as Promise<[number | null]>;
    const [status] = await abortable(exited, signal).finally(() => child.kill());
    if (status !== 0) throw new Error(errors.trim());
    return output.trim();
  };
  return { run, control, isAlive: () => isAnswered(address.socket) };
}

function commandArguments({ args, socket, host }: MasterAddress, command: readonly string[]): readonly string[] {
  // Without its master, ssh would open a connection of its own. These options make it fail instead.
  const alone = ['-o', 'ControlMaster=no', '-o', 'ProxyJump=none', '-o', 'ProxyCommand=false'];
  // CAUTION: with -O, ssh also sends the forwards of the configuration to the master. `-F none` prevents that.
  const own = command.includes('-O') ? ['-F', 'none'] : args;
  return [...own, '-S', socket, ...alone, ...command, host];
}

function isAnswered(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath);
    socket.once('connect', () => resolve(true));
    // A full backlog proves that the master runs. A lack of file descriptors says nothing about the master.
    socket.once('error', (error) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(errorCode(error) ?? '')));
    socket.once('connect', () => socket.destroy());
  });
}
