import type net from 'node:net';
import { Connections, type ConnectionProblem } from './connections.ts';
import type { Dial } from './dial.ts';
import type { OpenForward } from './forward.ts';
import { type LocalListener, listenLocal } from './listen.ts';
import { type Meter, relay, reset } from './relay.ts';
import type { ForwardSpec } from './spec.ts';

export interface LocalForwardOptions {
  readonly spec: Extract<ForwardSpec, { readonly kind: 'local' }>;
  readonly dial: Dial;
  /** One connection could not be made: it has been reset, and the forward goes on. */
  readonly onProblem: (problem: ConnectionProblem) => void;
  /** ssh_config(5) StreamLocalBindUnlink. */
  readonly unlinkExisting?: boolean;
}

/**
 * Listens here and connects there: ssh(1) -L.
 *
 * @throws UserError<ListenProblem>, or the signal's reason
 */
export function openLocalForward(options: LocalForwardOptions, signal: AbortSignal): Promise<OpenForward> {
  const { spec, dial } = options;
  return openListening(
    options,
    async (socket, meter, ending) => {
      const remote = await dial(spec.to, ending).catch((error: unknown) => {
        reset(socket);
        throw error;
      });
      await relay(socket, remote, meter, ending);
    },
    signal,
  );
}

/** Takes one connection, which comes paused, to its end. Leaves no socket open, whether it fails or the signal ends it. */
export type Carry = (socket: net.Socket, meter: Meter, signal: AbortSignal) => Promise<void>;

/** A forward that listens here, whatever becomes of its connections. */
export async function openListening(
  options: {
    readonly spec: Pick<ForwardSpec, 'bind'>;
    readonly onProblem: (problem: ConnectionProblem) => void;
    readonly unlinkExisting?: boolean;
  },
  carry: Carry,
  signal: AbortSignal,
): Promise<OpenForward> {
  const { spec, onProblem, unlinkExisting = false } = options;
  const connections = new Connections(onProblem);
  const onSocket = (socket: net.Socket): void => connections.add((meter, ending) => carry(socket, meter, ending));
  const onError = (error: Error): void => onProblem({ code: 'acceptFailed', detail: error.message });
  let listener: LocalListener;
  try {
    listener = await listenLocal({ bind: spec.bind, unlinkExisting, onSocket, onError }, signal);
  } catch (error) {
    await connections.end(); // One family may have accepted before the other failed.
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
