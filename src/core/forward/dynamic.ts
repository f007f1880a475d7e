import type { Dial } from './dial.ts';
import type { RunningForward } from './runningForward.ts';
import { type AcceptOptions, acceptLocal } from './acceptLocal.ts';
import { relay } from './relay.ts';
import type { Credentials } from './socks.ts';
import { endAfterWriting, readSocksRequest, socksOutcome } from './socksSession.ts';
import type { ForwardSpec } from '../spec/spec.ts';

export interface DynamicForwardOptions extends AcceptOptions {
  readonly spec: Extract<ForwardSpec, { readonly kind: 'dynamic' }>;
  readonly dial: Dial;
  /** Every client must send these (SOCKS 5 only). Absent: no login. */
  readonly credentials?: Credentials;
}

/**
 * Opens a SOCKS proxy on this machine whose connections start at the remote: ssh(1) -D. The remote resolves names.
 *
 * @throws UserError<ListenProblem>, or the signal's reason
 */
export function openDynamicForward(options: DynamicForwardOptions, signal: AbortSignal): Promise<RunningForward> {
  const { dial, credentials } = options;
  return acceptLocal(
    options,
    async (socket, meter, ending) => {
      const request = await readSocksRequest(socket, credentials, ending);
      if (!request) return;
      const remote = await dial(request.to, ending).catch((error: unknown) => {
        request.answer(socksOutcome(error));
        endAfterWriting(socket);
        throw error;
      });
      request.answer('connected');
      await relay(socket, remote, meter, ending);
    },
    signal,
  );
}
