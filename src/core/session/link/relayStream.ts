import { Duplex, type Readable } from 'node:stream';
import { abortable } from '../../../base/delay.ts';
import { oneLine } from '../../../base/oneLine.ts';
import { UserError } from '../../../base/userError.ts';
import type { ContainerProblem } from '../../detect/containers/container.ts';
import type { Exec } from '../../detect/exec.ts';

/** A `relayCommand`, and the name of its container. */
export interface ContainerRelay {
  readonly command: string;
  readonly container: string;
}

/**
 * The standard input and output of a relay in a container (`relayCommand`) as the stream that a `Dial` gives, once the relay
 * has begun. A relay that fails destroys it with an error: its end is no clean end.
 *
 * @throws UserError<ContainerProblem | ExecProblem>, or the signal's reason
 */
export async function relayStream(
  exec: Exec,
  { command, container }: ContainerRelay,
  signal: AbortSignal,
): Promise<Duplex> {
  const channel = await exec(command, signal);
  for (const stream of [channel.stdin, channel.stdout, channel.stderr]) stream.on('error', () => undefined);
  let errors = '';
  channel.stderr.on('data', (chunk) => (errors = (errors + String(chunk)).slice(-2048)));
  const ended = channel.exit.then(({ status }) => ({ status }));
  const first = await abortable(Promise.race([firstByte(channel.stdout), ended]), signal).catch((error: unknown) => {
    channel.close();
    throw error;
  });
  if (first !== 'begun') throw new UserError(relayProblem(container, first.status, errors));
  const stream = Duplex.from({ readable: channel.stdout, writable: channel.stdin });
  stream.on('error', () => undefined);
  stream.once('close', () => channel.close());
  void ended.then(({ status }) =>
    status === 0 ? stream : stream.destroy(new Error(`the relay in the container ended with ${status}`)),
  );
  return stream;
}

function firstByte(stdout: Readable): Promise<'begun'> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (stdout.read(1) === null) return;
      stdout.off('readable', look);
      resolve('begun');
    };
    stdout.on('readable', look);
  });
}

/** SECURITY: the remote chooses the text, so it becomes one bounded line. */
function relayProblem(container: string, status: number | undefined, errors: string): ContainerProblem {
  if (status === 126 || status === 127) return { code: 'containerWithoutRelay', container };
  return { code: 'containerRelayFailed', container, detail: oneLine(errors.trim().split('\n').at(-1) ?? '', 300) };
}
