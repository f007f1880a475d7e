import { abortable } from '../../base/delay.ts';
import type { Exec } from '../detect/exec.ts';
import type { ListenRemote } from '../forward/dial.ts';
import { quoteShellWord } from '../forward/shellWords.ts';
import { problemOf } from '../problem.ts';
import type { Connection } from '../ssh/connection.ts';

/** Nobody who starts or stops a forward waits longer for a file. */
const removeMs = 1500;

/**
 * sshd leaves the file of a Unix socket behind when its listener or its session ends, and then refuses the next one
 * (sshd_config(5) StreamLocalBindUnlink). One that this session had there, and that nobody answers at, is removed.
 */
export class RemoteSockets {
  readonly #made = new Set<string>();

  over(connection: Connection): Connection {
    const listenRemote: ListenRemote = async (bind, onConnection, signal) => {
      if (bind.kind !== 'unix') return connection.listenRemote(bind, onConnection, signal);
      if (this.#made.has(bind.path)) await removeDead(connection, bind.path);
      const listener = await connection.listenRemote(bind, onConnection, signal);
      this.#made.add(bind.path);
      return {
        port: listener.port,
        close: async () => {
          await listener.close();
          await removeDead(connection, bind.path);
        },
      };
    };
    return { ...connection, listenRemote };
  }
}

/** Never rejects: where it stays, the server's refusal says so. */
async function removeDead({ dial, exec }: Connection, path: string): Promise<void> {
  const limit = AbortSignal.timeout(removeMs);
  try {
    (await dial({ kind: 'unix', path }, limit)).destroy(); // somebody has it
  } catch (error) {
    if (problemOf(error).code !== 'connectFailed') return;
    const file = quoteShellWord(path);
    await run(exec, `test -S ${file} && rm -f ${file}`, limit).catch(() => undefined);
  }
}

async function run(exec: Exec, command: string, signal: AbortSignal): Promise<void> {
  const channel = await exec(command, signal);
  for (const stream of [channel.stdin, channel.stdout, channel.stderr]) stream.on('error', () => undefined);
  channel.stdin.end();
  channel.stdout.resume();
  channel.stderr.resume();
  await abortable(channel.exit, signal).finally(() => channel.close());
}
