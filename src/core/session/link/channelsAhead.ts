import type { Duplex } from 'node:stream';
import type { Dial } from '../../forward/dial.ts';
import type { Endpoint } from '../../spec/spec.ts';
import { AheadChannel } from './aheadChannel.ts';
import type { Dialer } from './dialer.ts';

export interface ChannelsAheadOptions {
  readonly dialer: Dialer;
  /** Whether idle connections to this program hold up nobody, and the user allows them. */
  readonly mayOpen: (to: Endpoint) => boolean;
}

/** What is known of an address that was dialled lately. */
export interface Demand {
  /** When it was dialled, by `performance.now()`. */
  readonly dialledAtMs: readonly number[];
  /** The fastest dial so far: what a channel that was opened ahead saves. */
  readonly fastestMs: number;
}

interface Place {
  dialledAtMs: readonly number[];
  fastestMs: number;
  readonly channels: Set<AheadChannel>;
}

const maxAhead = 8;
/** Below this round trip nobody notices what is saved. */
const worthMs = 10;
const burstMs = 2000;

/**
 * How many channels are to wait for the next dials: as many as there were lately, and none after a single dial, so that a
 * program sees further connections only while a client keeps opening them.
 */
export function aheadCount({ dialledAtMs, fastestMs }: Demand, nowMs: number): number {
  const lately = dialledAtMs.filter((at) => nowMs - at < burstMs).length;
  return fastestMs < worthMs || lately < 2 ? 0 : Math.min(lately, maxAhead);
}

/**
 * Saves a distant program's clients the round trip that opens a channel: while new connections follow each other, the next
 * channels are opened before anybody asks. Each one is closed after a moment if nobody takes it.
 */
export class ChannelsAhead {
  readonly #options: ChannelsAheadOptions;
  readonly #places = new Map<string, Place>();

  constructor(options: ChannelsAheadOptions) {
    this.#options = options;
  }

  readonly dialer: Dialer = (onOutcome, at) => {
    const dial = this.#options.dialer(onOutcome, at);
    return async (to, signal) => {
      if (!this.#options.mayOpen(to)) return dial(to, signal);
      const place = this.#placeOf(to);
      place.dialledAtMs = [...place.dialledAtMs, performance.now()].slice(-maxAhead);
      const ready = await this.#take(place, signal);
      if (!ready) return this.#timed(dial, place, to, signal);
      onOutcome?.(undefined);
      this.#replenish(place, to);
      return ready;
    };
  };

  /** Closes all that wait: they belong to a connection that another one has replaced. */
  clear(): void {
    for (const { channels } of this.#places.values()) for (const channel of channels) channel.discard();
  }

  #placeOf(to: Endpoint): Place {
    const key = JSON.stringify(to);
    const known = this.#places.get(key);
    if (known) return known;
    const place: Place = { dialledAtMs: [], fastestMs: Infinity, channels: new Set() };
    this.#places.set(key, place);
    return place;
  }

  /** The oldest channel that lives, or that is being opened. Undefined when none does. */
  async #take({ channels }: Place, signal: AbortSignal): Promise<Duplex | undefined> {
    for (const channel of channels) {
      channels.delete(channel);
      const stream = await channel.take(signal);
      signal.throwIfAborted();
      if (stream) return stream;
    }
    return undefined;
  }

  async #timed(dial: Dial, place: Place, to: Endpoint, signal: AbortSignal): ReturnType<Dial> {
    const startedAt = performance.now();
    const stream = await dial(to, signal);
    place.fastestMs = Math.min(place.fastestMs, performance.now() - startedAt);
    this.#replenish(place, to);
    return stream;
  }

  #replenish(place: Place, to: Endpoint): void {
    const { channels } = place;
    const dial = this.#options.dialer();
    for (let missing = aheadCount(place, performance.now()) - channels.size; missing > 0; missing--) {
      const channel = new AheadChannel(dial, to, () => channels.delete(channel));
      channels.add(channel);
    }
  }
}
