import type net from 'node:net';
import type { FrontTraffic } from '../front/front.ts';
import type { Dial } from './dial.ts';
import { firstByte } from './firstByte.ts';
import type { RunningForward } from './runningForward.ts';
import { type AcceptOptions, acceptLocal } from './acceptLocal.ts';
import { relay, reset } from './relay.ts';
import type { ForwardSpec } from '../spec/spec.ts';

/** Serves HTTPS in front of the destination. `Front` of core/front implements it. */
export interface HttpsFront {
  /** Serves a connection that begins with TLS, until it is closed. */
  serve(socket: net.Socket, signal: AbortSignal): Promise<void>;
  traffic(): FrontTraffic;
  close(): void;
}

/** If the dial fails, the client's connection is reset. */
export interface LocalForwardOptions extends AcceptOptions {
  readonly spec: Extract<ForwardSpec, { readonly kind: 'local' }>;
  readonly dial: Dial;
  /** Gets the connections that begin with TLS. All others go to the destination unchanged. */
  readonly front?: HttpsFront;
}

/**
 * Listens on this machine and connects from the remote: ssh(1) -L.
 *
 * @throws UserError<ListenProblem>, or the signal's reason
 */
export async function openLocalForward(options: LocalForwardOptions, signal: AbortSignal): Promise<RunningForward> {
  const { spec, dial, front } = options;
  const forward = await acceptLocal(
    options,
    async (socket, meter, ending) => {
      if (front) {
        const first = await firstByte(socket, ending);
        if (first === 'nothing') return;
        if (first === 'tls') return front.serve(socket, ending);
      }
      const remote = await dial(spec.to, ending).catch((error: unknown) => {
        reset(socket);
        throw error;
      });
      await relay(socket, remote, meter, ending);
    },
    signal,
  );
  return front ? behindFront(forward, front) : forward;
}

function behindFront(forward: RunningForward, front: HttpsFront): RunningForward {
  return {
    ...forward,
    traffic: () => {
      const { bytesToRemote, bytesFromRemote, ...connections } = forward.traffic();
      const https = front.traffic();
      return {
        ...connections,
        bytesToRemote: bytesToRemote + https.bytesToRemote,
        bytesFromRemote: bytesFromRemote + https.bytesFromRemote,
        https,
      };
    },
    close: async () => {
      front.close();
      await forward.close();
    },
  };
}
