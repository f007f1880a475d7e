import { Duplex } from 'node:stream';
import type { Exec } from '../../detect/exec.ts';

/**
 * Standard input and output of a command as one stream, as a `Dial` gives it. A command that fails destroys the stream with
 * an error.
 */
export async function execStream(exec: Exec, command: string, signal: AbortSignal): Promise<Duplex> {
  const channel = await exec(command, signal);
  for (const stream of [channel.stdin, channel.stdout, channel.stderr]) stream.on('error', () => undefined);
  channel.stderr.resume();
  const stream = Duplex.from({ readable: channel.stdout, writable: channel.stdin });
  stream.on('error', () => undefined);
  stream.once('close', () => channel.close());
  void channel.exit.then(({ status }) =>
    status === 0 ? stream : stream.destroy(new Error(`the relay in the container ended with ${status}`)),
  );
  return stream;
}
