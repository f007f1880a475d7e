import type { Dial } from './dial.ts';
import type { RunningForward } from './runningForward.ts';
import { type AcceptOptions, acceptLocal } from './acceptLocal.ts';
import { relay, reset } from './relay.ts';
import type { ForwardSpec } from '../spec/spec.ts';

/** If the dial fails, the client's connection is reset. */
export interface LocalForwardOptions extends AcceptOptions {
  readonly spec: Extract<ForwardSpec, { readonly kind: 'local' }>;
  readonly dial: Dial;
}

/**
 * Listens on this machine and connects from the remote: ssh(1) -L.
 *
 * @throws UserError<ListenProblem>, or the signal's reason
 */
export function openLocalForward(options: LocalForwardOptions, signal: AbortSignal): Promise<RunningForward> {
  const { spec, dial } = options;
  return acceptLocal(
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
