import { Duplex, PassThrough, pipeline, type Readable } from 'node:stream';
import { callbackify } from 'node:util';
import { abortable, within } from '../../../base/delay.ts';
import { oneLine } from '../../../base/oneLine.ts';
import { UserError } from '../../../base/userError.ts';
import type { ContainerProblem } from '../../detect/containers/container.ts';
import type { Exec } from '../../detect/exec.ts';
import { linkLost } from '../../ssh/linkLost.ts';

/** A `relayCommand`, and the name of its container. */
export interface ContainerRelay {
  readonly command: string;
  readonly container: string;
}

/** The status follows the end of the output at once, unless the relay keeps running without its output. */
const statusLimitMs = 2000;

/**
 * The standard input and output of a relay in a container (`relayCommand`) as the stream that a `Dial` gives, once the relay
 * has begun. Its end waits for the relay's status: after a failure, the stream delivers its data and then fails with a
 * UserError<ContainerProblem> instead.
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
  const output = new PassThrough({ flush: callbackify(confirmEnd) });
  pipeline(channel.stdout, output, () => undefined);
  const stream = Duplex.from({ readable: output, writable: channel.stdin });
  stream.on('error', () => undefined);
  stream.once('close', () => channel.close());
  return stream;

  async function confirmEnd(): Promise<void> {
    if (!(await within(statusLimitMs, ended))) return;
    const { status } = await ended;
    // The host's own state tells why its connection has ended.
    if (status === undefined) throw linkLost();
    if (status !== 0) throw new UserError(relayFailed(container, errors));
  }
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

function relayProblem(container: string, status: number | undefined, errors: string): ContainerProblem {
  const isMissing = status === 126 || status === 127;
  return isMissing ? { code: 'containerWithoutRelay', container } : relayFailed(container, errors);
}

/** SECURITY: the remote chooses the text, so it becomes one bounded line. */
function relayFailed(container: string, errors: string): ContainerProblem {
  return { code: 'containerRelayFailed', container, detail: oneLine(errors.trim().split('\n').at(-1) ?? '', 300) };
}
