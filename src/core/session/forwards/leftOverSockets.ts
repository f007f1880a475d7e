import { abortable } from '../../../base/delay.ts';
import { isProblem } from '../../../base/userError.ts';
import type { Exec } from '../../detect/exec.ts';
import type { Dial, DialProblem, ListenRemote, ListenRemoteProblem } from '../../forward/dial.ts';
import { quoteShellWord } from '../../spec/shellWords.ts';
import type { Connection } from '../../ssh/connection.ts';

/** A forward that starts does not wait longer for the removal of a file. */
const removeMs = 5000;

/**
 * The same connection, whose `listenRemote` removes a left-over Unix socket and tries again. sshd leaves the file behind
 * when its listener or its session ends (sshd_config(5) StreamLocalBindUnlink).
 */
export function overLeftOverSockets(connection: Connection): Connection {
  const listenRemote: ListenRemote = async (bind, onConnection, signal) => {
    try {
      return await connection.listenRemote(bind, onConnection, signal);
    } catch (error) {
      if (bind.kind !== 'unix' || !isProblem<ListenRemoteProblem>(error, 'remoteBindRefused')) throw error;
      const limit = AbortSignal.any([signal, AbortSignal.timeout(removeMs)]);
      if (!(await isRemoved(connection, bind.path, limit).catch(() => false))) throw error;
      return connection.listenRemote(bind, onConnection, signal);
    }
  };
  return { ...connection, listenRemote };
}

/**
 * RACE: for each command, sshd starts a child that shares its listeners for a moment, so a listener that sshd has closed
 * may still answer. A later command that has ended gives that child the time, however slow the remote is.
 */
const probes = 3;

async function isRemoved({ dial, exec }: Connection, path: string, signal: AbortSignal): Promise<boolean> {
  const file = quoteShellWord(path);
  // SECURITY: remove only this user's socket. Another user's program may be alive and refuse us.
  const isOurs = `test -S ${file} && test -O ${file}`;
  for (let probe = 1; probe <= probes; probe++) {
    if (!(await answers(dial, path, signal))) return (await statusOf(exec, `${isOurs} && rm -f ${file}`, signal)) === 0;
    if (probe < probes && (await statusOf(exec, isOurs, signal)) !== 0) return false;
  }
  return false;
}

async function answers(dial: Dial, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    (await dial({ kind: 'unix', path }, signal)).destroy();
    return true;
  } catch (error) {
    if (isProblem<DialProblem>(error, 'connectFailed')) return false;
    throw error;
  }
}

async function statusOf(exec: Exec, command: string, signal: AbortSignal): Promise<number | undefined> {
  const channel = await exec(command, signal);
  for (const stream of [channel.stdin, channel.stdout, channel.stderr]) stream.on('error', () => undefined);
  channel.stdin.end();
  channel.stdout.resume();
  channel.stderr.resume();
  const { status } = await abortable(channel.exit, signal).finally(() => channel.close());
  return status;
}
