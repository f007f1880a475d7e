import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { abortable } from '../../../base/delay.ts';
import { Queue } from '../../../base/queue.ts';
import { errorText, isProblem, UserError } from '../../../base/userError.ts';
import type { Dial, DialProblem } from '../../forward/dial.ts';
import { formatEndpoint } from '../../spec/grammar.ts';
import { linkLost } from '../linkLost.ts';
import type { Opening } from './log.ts';
import { CONTROL_MS, type Master } from './master.ts';
import { MasterStream } from './masterStream.ts';

/** Dials through the master: it listens on one Unix socket for each destination, and each dial connects to that socket. */
export function opensshDial(master: Master): Dial {
  const sockets = new Map<string, Promise<string>>();
  let count = 0;
  // All dials to a destination share its socket, so no caller's signal ends the control command.
  const forward = async (destination: string): Promise<string> => {
    const socketPath = path.join(master.folder, `l${count++}`);
    await master.control(['-O', 'forward', '-L', `${socketPath}:${destination}`], AbortSignal.timeout(CONTROL_MS));
    return socketPath;
  };
  const connect = connector(master);
  return async (to, signal) => {
    signal.throwIfAborted();
    const destination = formatEndpoint(to);
    const limit = AbortSignal.any([signal, master.lost]);
    let connected: ReturnType<typeof connect> | undefined;
    try {
      const socketPath = sockets.get(destination) ?? forward(destination);
      sockets.set(destination, socketPath);
      socketPath.catch(() => undefined); // the caller may have given up by then
      connected = connect(await abortable(socketPath, limit));
      const { socket, answer } = await abortable(connected, limit);
      const answered = await abortable(answer, limit);
      if (answered.kind === 'opened') return new MasterStream(socket, master);
      throw new UserError<DialProblem>({ code: answered.code, to, detail: answered.detail });
    } catch (error) {
      void connected?.then(({ socket }) => socket.destroy()).catch(() => undefined);
      limit.throwIfAborted();
      if (error instanceof UserError) throw error;
      sockets.delete(destination);
      if (!(await master.isAlive())) throw linkLost();
      throw new UserError<DialProblem>({ code: 'channelRefused', to, detail: errorText(error) }, { cause: error });
    }
  };
}

/**
 * Connects to a socket of the master, one connection at a time. So each line of the log belongs to a known connection,
 * and the master's backlog never overflows.
 */
function connector(master: Master): (socketPath: string) => Promise<Opening & { readonly socket: net.Socket }> {
  const queue = new Queue();
  return (socketPath) =>
    queue.run(async () => {
      const accepted = master.log.accepted();
      const socket = net.connect({ path: socketPath, allowHalfOpen: true });
      socket.on('error', () => undefined);
      const limit = AbortSignal.any([master.lost, AbortSignal.timeout(CONTROL_MS)]);
      try {
        await once(socket, 'connect', { signal: limit });
        return { socket, ...(await abortable(accepted, limit)) };
      } catch (error) {
        socket.destroy();
        throw error;
      }
    });
}

/**
 * One round trip to the server. It needs no session, because a server may refuse a session or run a program in it that
 * never ends. Instead it dials a path that cannot be a socket, and any answer of the server counts.
 */
export function opensshRoundTrip(dial: Dial): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    try {
      const stream = await dial({ kind: 'unix', path: '/' }, signal);
      // Without a log, the end of the stream is the answer.
      await once(stream.resume(), 'end', { signal }).finally(() => stream.destroy());
    } catch (error) {
      const isAnswer = error instanceof UserError && !isProblem<DialProblem>(error, 'linkLost');
      if (!isAnswer) throw error;
    }
  };
}
