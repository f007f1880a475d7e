import type { PortPlace } from '../../detect/place.ts';
import { sameSpec } from '../../spec/sameSpec.ts';
import type { ForwardSpec } from '../../spec/spec.ts';
import { type ForwardState, localPort } from '../state.ts';

/** JSON by key that outlives the window. VS Code's `Memento` fits. */
export interface Memory {
  keys(): readonly string[];
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** A memory that ends with the process. */
export function shortMemory(): Memory {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: (key) => values.get(key),
    update: async (key, value) => void (value === undefined ? values.delete(key) : values.set(key, value)),
  };
}

/** What is remembered of a host. CAUTION: this format is on users' disks; old values must still load. */
export interface HostMemory {
  /** The forwards that the user made. */
  readonly forwards: readonly SavedForward[];
  /** Local port by remote port: `5173`, or `shop/web:5173` in a container. */
  readonly localPorts: Readonly<Record<PortPlace, number>>;
  /** By remote port, alike: whether the user wants its forward to serve HTTPS. Absent in old values. */
  readonly https?: Readonly<Record<PortPlace, boolean>>;
  /** What listed the remote ports the last time (`Detection`'s `method`). */
  readonly method?: string;
  /** Epoch ms, to the day. */
  readonly usedAt: number;
}

export interface SavedForward {
  readonly spec: ForwardSpec;
  readonly label?: string;
  readonly remotePort?: PortPlace;
  readonly isPaused: boolean;
  readonly isProtected?: true;
  readonly isHttps?: true;
  /** The local port that the forward had last. */
  readonly lastPort?: number;
}

const dayMs = 24 * 3_600_000;
/** Hosts that were not used for this long are forgotten. */
export const forgetAfterMs = 14 * dayMs;

const nothing: HostMemory = { forwards: [], localPorts: {}, usedAt: 0 };

export function recall(memory: Memory, host: string): HostMemory {
  return (memory.get(keyOf(host)) as HostMemory | undefined) ?? nothing;
}

/** Stores the user's forwards. A forward that is off or has failed is still wanted. */
export async function remember(
  memory: Memory,
  host: string,
  forwards: readonly ForwardState[],
  seen: Pick<HostMemory, 'localPorts' | 'https' | 'method'>,
): Promise<void> {
  const { usedAt, ...before } = recall(memory, host);
  const saved = forwards
    .filter(({ origin }) => origin === 'user')
    .map((forward): SavedForward => {
      const { spec, label, remotePort, isProtected, isHttps, status } = forward;
      const known = before.forwards.find((each) => sameSpec(each.spec, spec));
      const lastPort = localPort(forward) ?? known?.lastPort;
      return {
        spec,
        isPaused: status.kind === 'paused' || status.kind === 'expired',
        ...(label !== undefined && { label }),
        ...(isProtected && { isProtected }),
        ...(isHttps && { isHttps }),
        ...(remotePort !== undefined && { remotePort }),
        ...(lastPort !== undefined && { lastPort }),
      };
    });
  const now = { forwards: saved, ...seen };
  const isKnown = JSON.stringify(now) === JSON.stringify(before);
  const isNothing = saved.length === 0 && Object.keys(seen.localPorts).length === 0;
  if (isKnown && (isNothing || Date.now() - usedAt < dayMs)) return;
  await memory.update(keyOf(host), { ...now, usedAt: Date.now() } satisfies HostMemory);
}

/** Forgets the hosts that were not used for a fortnight. */
export async function forgetUnused(memory: Memory, now: number): Promise<void> {
  for (const key of memory.keys().filter((each) => each.startsWith(prefix))) {
    const { usedAt } = { ...nothing, ...(memory.get(key) as HostMemory | undefined) };
    if (now - usedAt > forgetAfterMs) await memory.update(key, undefined);
  }
}

const prefix = 'host ';

function keyOf(host: string): string {
  return prefix + host;
}
