import type net from 'node:net';
import { admitsConnection } from '../../base/descriptors.ts';
import { type RelayProblem, Connections, tooManyConnections } from './connections.ts';
import type { RunningForward } from './runningForward.ts';
import { type Family, type LocalListener, listenLocal } from './listen.ts';
import type { SocketFile } from './listenUnix.ts';
import { type Meter, reset } from './relay.ts';
import type { Bind } from '../spec/spec.ts';

export interface AcceptOptions extends SocketFile {
  readonly spec: { readonly bind: Bind };
  readonly family?: Family;
  /** Gets the problem of one failed connection. Its client already knows, and the forward goes on. */
  readonly onProblem: (problem: RelayProblem) => void;
}

/** Serves one accepted, paused connection until it ends. Closes the socket also on failure and on abort. */
export type Carry = (socket: net.Socket, meter: Meter, signal: AbortSignal) => Promise<void>;

/** Opens a forward that listens on this machine; `carry` serves each connection. */
export async function acceptLocal(
  { spec, onProblem, ...file }: AcceptOptions,
  carry: Carry,
  signal: AbortSignal,
): Promise<RunningForward> {
  const connections = new Connections(onProblem);
  const onSocket = (socket: net.Socket): void => {
    if (admitsConnection()) return connections.add((meter, ending) => carry(socket, meter, ending));
    reset(socket);
    onProblem(tooManyConnections);
  };
  const onError = (error: Error): void => onProblem({ code: 'acceptFailed', detail: error.message });
  let listener: LocalListener;
  try {
    listener = await listenLocal({ ...file, bind: spec.bind, onSocket, onError }, signal);
  } catch (error) {
    await connections.end(); // RACE: the first address family may have accepted before the second failed.
    throw error;
  }
  return {
    bound: listener.bound,
    traffic: () => connections.traffic(),
    close: async () => {
      listener.close();
      await connections.end();
    },
  };
}
