import type { Duplex } from 'node:stream';
import { after } from '../../../base/delay.ts';
import type { Dial } from '../../forward/dial.ts';
import type { Endpoint } from '../../spec/spec.ts';

/** Servers wait longer than this for the first byte of a request. */
const maxAgeMs = 3000;

/** A channel that is opened before a client needs it. It closes when it is too old, or when the program sends or ends first. */
export class AheadChannel {
  readonly #stop = new AbortController();
  /** Wall-clock time: it goes on while this machine sleeps. */
  readonly #begunAt = Date.now();
  readonly #timer: NodeJS.Timeout;
  readonly #opened: Promise<Duplex | undefined>;
  readonly #onGone: () => void;
  readonly #discard = (): void => this.discard();

  constructor(dial: Dial, to: Endpoint, onGone: () => void) {
    this.#onGone = onGone;
    this.#timer = after(maxAgeMs, this.#discard);
    this.#opened = dial(to, this.#stop.signal).then(
      (stream) => this.#hold(stream),
      () => {
        this.discard();
        return undefined;
      },
    );
  }

  /** Resolves to the channel when it is open, or to undefined if it had to be discarded. */
  async take(signal: AbortSignal): Promise<Duplex | undefined> {
    clearTimeout(this.#timer);
    if (Date.now() - this.#begunAt > maxAgeMs) this.discard();
    signal.addEventListener('abort', this.#discard, { once: true });
    const stream = await this.#opened;
    signal.removeEventListener('abort', this.#discard);
    if (!stream || stream.destroyed || stream.readableLength > 0 || this.#stop.signal.aborted) {
      this.discard();
      return undefined;
    }
    stream.off('readable', this.#discard).off('close', this.#discard);
    return stream;
  }

  discard(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.#onGone();
    void this.#opened.then((stream) => stream?.destroy());
  }

  #hold(stream: Duplex): Duplex {
    stream.on('error', () => undefined); // CAUTION: without a handler, an error event ends the process
    return stream.once('readable', this.#discard).once('close', this.#discard);
  }
}
