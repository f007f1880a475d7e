import type { Duplex } from 'node:stream';
import type { Dial } from '../../forward/dial.ts';
import type { Endpoint } from '../../spec/spec.ts';
import { AheadChannel } from './aheadChannel.ts';
import type { Dialer } from './dialer.ts';

export interface ChannelsAheadOptions {
  readonly dialer: Dialer;
  /** Whether idle connections to this program block no other client, and the user allows them. */
  readonly mayOpen: (to: Endpoint) => boolean;
}

/** The latest dials to one address. */
export interface Demand {
  /** Times of `performance.now()`. */
  readonly dialledAtMs: readonly number[];
  /** The fastest dial so far: the time that a channel opened ahead saves. */
  readonly fastestMs: number;
}

interface Place {
  dialledAtMs: readonly number[];
  fastestMs: number;
  readonly channels: Set<AheadChannel>;
}

const maxAhead = 8;
/** Nobody notices a smaller saving. */
const worthMs = 10;
const burstMs = 2000;

/**
 * The number of channels to keep ready: as many as there were dials lately, but none after a single dial. So a program sees
 * further connections only while a client keeps opening them.
 */
export function aheadCount({ dialledAtMs, fastestMs }: Demand, nowMs: number): number {
  const lately = dialledAtMs.filter((at) => nowMs - at < burstMs).length;
  return fastestMs < worthMs || lately < 2 ? 0 : Math.min(lately, maxAhead);
}

/**
 * Saves the clients of a distant program the round trip that opens a channel: while new connections follow each other, the
 * next channels are opened in advance. A channel that no client takes closes after a moment.
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

  /** Closes all waiting channels, when another connection has replaced theirs. */
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

  /** The oldest usable channel, open or opening. Undefined if there is none. */
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
