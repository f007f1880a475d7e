import type { ForwardSpec } from '../forward/spec.ts';
import type { ForwardState } from './state.ts';

/** What outlives the window: JSON by key. VS Code's `Memento` fits. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** Keeps everything for as long as the process lives. */
export function shortMemory(): Memory {
  const values = new Map<string, unknown>();
  return { get: (key) => values.get(key), update: async (key, value) => void values.set(key, value) };
}

/** What is remembered of a host: the forwards that the user made, and which local port served which remote one. */
export interface HostMemory {
  readonly forwards: readonly SavedForward[];
  /** Local port by remote port. */
  readonly localPorts: Readonly<Record<number, number>>;
}

export interface SavedForward {
  readonly spec: ForwardSpec;
  readonly label?: string;
  readonly remotePort?: number;
  readonly isPaused: boolean;
}

const nothing: HostMemory = { forwards: [], localPorts: {} };

export function recall(memory: Memory, host: string): HostMemory {
  return (memory.get(keyOf(host)) as HostMemory | undefined) ?? nothing;
}

/** Remembers what is there now. A switch that is off, or a failure, does not change what the user wants. */
export async function remember(
  memory: Memory,
  host: string,
  forwards: readonly ForwardState[],
  localPorts: HostMemory['localPorts'],
): Promise<void> {
  const saved = forwards
    .filter(({ origin }) => origin === 'user')
    .map(({ spec, label, remotePort, status }): SavedForward => ({
      spec,
      isPaused: status.kind === 'paused' || status.kind === 'expired',
      ...(label !== undefined && { label }),
      ...(remotePort !== undefined && { remotePort }),
    }));
  const now: HostMemory = { forwards: saved, localPorts };
  if (JSON.stringify(now) === JSON.stringify(recall(memory, host))) return;
  await memory.update(keyOf(host), now);
}

function keyOf(host: string): string {
  return `host ${host}`;
}
