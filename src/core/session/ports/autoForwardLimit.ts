import { hasDescriptors, reservedForConnections } from '../../../base/descriptors.ts';
import type { Log } from '../../../base/log.ts';
import { Queue } from '../../../base/queue.ts';
import type { ForwardRequest } from '../forwards/forwardRequests.ts';
import type { ForwardState, HostAccess } from '../state.ts';

/** The limit for one host. SECURITY: a remote must not use up the ports and descriptors of this machine. */
export const maxAutoForwards = 50;

/** Whether the host may have one more automatic forward. `forget`: dormant forwards to remove for it, the oldest first. */
export type Room = { readonly kind: 'room'; readonly forget: readonly string[] } | { readonly kind: 'full' };

export function roomFor(forwards: readonly ForwardState[], isShort = !hasDescriptors(reservedForConnections)): Room {
  if (isShort) return { kind: 'full' };
  const auto = forwards.filter(({ origin }) => origin === 'auto');
  const excess = auto.length + 1 - maxAutoForwards;
  const forget = auto
    .filter(({ status }) => status.kind === 'dormant')
    .slice(0, Math.max(0, excess))
    .map(({ id }) => id);
  return forget.length < excess ? { kind: 'full' } : { kind: 'room', forget };
}

export interface LimitDeps extends HostAccess {
  readonly add: (request: ForwardRequest) => Promise<ForwardState>;
  readonly forgetDormant: (id: string) => void;
  readonly log: Log;
}

/**
 * Adds an automatic forward, or reports once that the host has reached the limit. RACE: one addition at a time, so that each
 * counts the forwards of those before it.
 */
export function withinLimit({ read, write, log, add, forgetDormant }: LimitDeps) {
  const queue = new Queue();
  return (request: ForwardRequest) => queue.run(() => addWithin(request));

  async function addWithin(request: ForwardRequest): Promise<ForwardState | undefined> {
    const room = roomFor(read().forwards);
    if (room.kind === 'room') {
      room.forget.forEach(forgetDormant);
      return add(request);
    }
    if (!read().isAutoForwardFull) {
      const { length } = read().forwards.filter(({ origin }) => origin === 'auto');
      log.warn(`${length} ports are forwarded automatically, further ports are not`);
      write((host) => ({ ...host, isAutoForwardFull: true }));
    }
    return undefined;
  }
}
