import { deadline } from '../../../base/delay.ts';
import { connectLocal } from '../../forward/connectLocal.ts';
import type { ForwardState } from '../state.ts';

const limitMs = 5000;

/** Makes one connection through a local forward and closes it. The state then has the result. */
export async function checkForward({ spec, status }: ForwardState, signal: AbortSignal): Promise<void> {
  const bound = status.kind === 'open' && spec.kind === 'local' ? status.bound[0] : undefined;
  if (!bound) return;
  const limit = deadline(limitMs, () => new Error('no answer'), signal);
  try {
    const to =
      bound.kind === 'unix' ? bound : ({ kind: 'tcp', host: reachable(bound.address), port: bound.port } as const);
    const socket = await connectLocal(to, limit.signal);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    limit.signal.addEventListener('abort', () => socket.destroy(), { once: true });
    // A server closes when its client closes. A forward that leads nowhere resets the connection.
    socket.resume().end();
    await closed;
  } finally {
    limit.clear();
  }
}

/** Some systems cannot connect to the “all interfaces” address. */
function reachable(address: string): string {
  return address === '0.0.0.0' || address === '::' ? 'localhost' : address;
}
