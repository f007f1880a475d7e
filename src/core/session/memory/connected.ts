import type { PortPlace } from '../../detect/place.ts';
import { Queue } from '../../../base/queue.ts';
import { forgetAfterMs, type Memory } from './memory.ts';
import type { HostState } from '../state.ts';

/** A host that a window was connected to. The window connects to it again after a reload. */
export interface ConnectedHost {
  readonly name: string;
  /** The options of the pasted command, as for ssh(1) -o. */
  readonly options: readonly string[];
  /** Ports that were auto-forwarded. */
  readonly autoForwarded: readonly PortPlace[];
  /** Epoch ms. */
  readonly usedAt: number;
}

const key = 'connected';

/** The hosts that a window is connected to. Every change is written at once, for a window may be killed. */
export class ConnectedHosts {
  readonly #memory: Memory;
  readonly #saving = new Queue();
  readonly #hosts: Map<string, ConnectedHost>;
  #isClosed = false;

  constructor(memory: Memory, now: number) {
    this.#memory = memory;
    const saved = (memory.get(key) as readonly ConnectedHost[] | undefined) ?? [];
    this.#hosts = new Map(saved.filter(({ usedAt }) => now - usedAt <= forgetAfterMs).map((host) => [host.name, host]));
  }

  all(): readonly ConnectedHost[] {
    return [...this.#hosts.values()];
  }

  names(): readonly string[] {
    return [...this.#hosts.keys()];
  }

  /** Takes every change of a host. */
  follow(before: HostState, after: HostState, options: readonly string[]): void {
    const known = this.#hosts.get(after.name);
    const isOnline = after.link.kind === 'online';
    if (this.#isClosed || (!known && !isOnline)) return;
    const present = autoForwarded(after);
    const stopped = autoForwarded(before).filter((port) => !present.includes(port));
    const ports = [...new Set([...(known?.autoForwarded ?? []), ...present])].filter((port) => !stopped.includes(port));
    const isNew = isOnline && before.link.kind !== 'online';
    if (known && !isNew && ports.join() === known.autoForwarded.join()) return;
    this.#hosts.set(after.name, { name: after.name, options, autoForwarded: ports, usedAt: Date.now() });
    void this.#save();
  }

  /** The user has disconnected from the host. */
  async forget(name: string): Promise<void> {
    if (this.#hosts.delete(name)) await this.#save();
  }

  /** From now on, what ends does so because the window closes, and stays remembered. Settles when all is written. */
  async close(usedAt: number): Promise<void> {
    this.#isClosed = true;
    for (const host of this.all()) this.#hosts.set(host.name, { ...host, usedAt });
    await this.#save();
  }

  #save(): Promise<void> {
    return this.#saving.run(async () => this.#memory.update(key, this.all()));
  }
}

function autoForwarded({ forwards }: HostState): readonly PortPlace[] {
  return forwards.flatMap(({ origin, remotePort }) =>
    origin === 'auto' && remotePort !== undefined ? [remotePort] : [],
  );
}
