import { setMaxListeners } from 'node:events';
import type { Log } from '../../base/log.ts';
import type { Detection, RemotePort } from '../detect/remotePort.ts';
import { type PortWatch, watchPorts, type WatchOptions } from '../detect/watch.ts';
import type { Connection } from '../ssh/connection.ts';
import { inBackground } from './inBackground.ts';
import { listenForPublicUrl } from './ports/publicUrl.ts';
import type { HostState } from './state.ts';

export interface OnlineOptions extends Pick<WatchOptions, 'rememberedMethod' | 'seesContainers'> {
  readonly connection: Connection;
  /** A new listing, or news of the watch. `signal` ends with the connection; no call comes after that. */
  readonly onListing: (listing: readonly RemotePort[], detection: Detection, signal: AbortSignal) => void;
  readonly log: Log;
}

/** What runs over one connection: the watch of its remote ports, and a session that may print a public address. */
export class Online {
  readonly watch: PortWatch;
  readonly #options: OnlineOptions;
  readonly #ended = new AbortController();
  #closing: Promise<void> | undefined;
  #hasSession = false;

  constructor(options: OnlineOptions) {
    this.#options = options;
    const { connection, onListing, rememberedMethod, seesContainers } = options;
    setMaxListeners(0, this.signal); // every remote port that is new may wait for it
    this.watch = watchPorts(
      {
        exec: connection.exec,
        ...(rememberedMethod !== undefined && { rememberedMethod }),
        ...(seesContainers && { seesContainers }),
        onPorts: (listing, detection) => {
          if (!this.signal.aborted) onListing(listing, detection, this.signal);
        },
      },
      this.signal,
    );
    void connection.closed.then(() => this.close());
  }

  /** Aborts when the connection has ended. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** A login without a shell may be a service that gives a -R forward a public address, and prints the address. */
  listenForPublicUrl({ detection, forwards }: HostState, onUrl: (url: string) => void): void {
    const isService = detection.kind === 'unavailable' && detection.reason === 'noShell';
    const hasRemote = forwards.some(({ spec, status }) => spec.kind === 'remote' && status.kind === 'open');
    if (this.#hasSession || !isService || !hasRemote) return;
    this.#hasSession = true;
    const { connection, log } = this.#options;
    inBackground(listenForPublicUrl(connection.exec, onUrl, this.signal), log, this.signal);
  }

  /** Safe twice: the second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.watch.close().finally(() => this.#ended.abort());
    return this.#closing;
  }
}
