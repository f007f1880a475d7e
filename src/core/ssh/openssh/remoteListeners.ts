import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { abortable } from '../../../base/delay.ts';
import type { Scope } from '../../../base/scope.ts';
import { UserError } from '../../../base/userError.ts';
import type { IncomingConnection, ListenRemote, ListenRemoteProblem } from '../../forward/dial.ts';
import { formatBind } from '../../spec/grammar.ts';
import type { Bind } from '../../spec/spec.ts';
import { linkLost } from '../linkLost.ts';
import { PendingCancellations } from '../pendingCancellations.ts';
import { CONTROL_MS, type Master } from './master.ts';
import { MasterStream } from './masterStream.ts';

type RoundTrip = (signal: AbortSignal) => Promise<void>;

/** Listeners that the server holds. The master passes each of their connections to a Unix socket of ours. */
export function opensshListenRemote(master: Master, roundTrip: RoundTrip, scope: Scope): ListenRemote {
  const cancellations = new PendingCancellations();
  /**
   * Socket paths of refused binds. When the server accepts the same bind later, ssh still passes its connections to the
   * path of the first request.
   */
  const refused = new Map<string, string>();
  let count = 0;
  return async (bind, onConnection, signal) => {
    await cancellations.settled(signal);
    const name = formatBind(bind);
    const socketPath = refused.get(name) ?? path.join(master.folder, `r${count++}`);
    refused.delete(name);
    const server = await listenFor(socketPath, master, onConnection);
    scope.defer(() => server.close());
    const spec = `${name}:${socketPath}`;
    const cancel = async (): Promise<void> => {
      server.close();
      await cancelForward(master, spec, roundTrip);
    };
    // A caller that gives up does not take the request back, so its signal does not end the control command.
    const asked = master.control(['-O', 'forward', '-R', spec], AbortSignal.timeout(CONTROL_MS));
    try {
      const port = portOf(bind, await abortable(asked, signal));
      let closing: Promise<void> | undefined;
      return { port, close: () => (closing ??= cancel()) };
    } catch (error) {
      server.close();
      if (signal.aborted) cancellations.add(asked.then(cancel));
      signal.throwIfAborted();
      if (!(await master.isAlive())) throw linkLost();
      refused.set(name, socketPath);
      throw new UserError<ListenRemoteProblem>({ code: 'remoteBindRefused', bind }, { cause: error });
    }
  };
}

async function listenFor(
  socketPath: string,
  master: Master,
  onConnection: (connection: IncomingConnection) => void,
): Promise<net.Server> {
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined);
    onConnection({
      originHost: '',
      originPort: 0,
      accept: () => new MasterStream(socket, master),
      reject: () => socket.destroy(),
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return server;
}

async function cancelForward(master: Master, spec: string, roundTrip: RoundTrip): Promise<void> {
  const limit = AbortSignal.timeout(CONTROL_MS);
  try {
    await master.control(['-O', 'cancel', '-R', spec], limit);
    await roundTrip(limit); // ssh does not wait until the server has cancelled
  } catch {
    // A master that has ended holds nothing.
  }
}

/** For port 0, ssh prints the port that the server chose. */
function portOf(bind: Bind, output: string): number {
  return bind.kind === 'unix' ? 0 : bind.port || Number(/\d+/.exec(output)?.[0] ?? 0);
}
