import type { PortPlace } from '../../detect/place.ts';
import { Queue } from '../../../base/queue.ts';
import type { ForwardRequest } from '../forwards/forwardRequests.ts';
import { type Memory, recall, remember } from './memory.ts';
import { type ForwardState, type HostState, localPort } from '../state.ts';
import { wantedForwards } from '../forwards/wantedForwards.ts';

export interface HostRecordDeps {
  readonly memory: Memory;
}

/** What outlives the session of a host: forwards by hand, local ports, how its remote ports were seen. */
export class HostRecord {
  readonly #memory: Memory;
  readonly #name: string;
  readonly #saving = new Queue();
  readonly #localPorts: Record<PortPlace, number>;
  readonly #https: Record<PortPlace, boolean>;
  #method: string | undefined;

  constructor(memory: Memory, name: string) {
    this.#memory = memory;
    this.#name = name;
    const { localPorts, https, method } = recall(memory, name);
    this.#localPorts = { ...localPorts };
    this.#https = { ...https };
    this.#method = method;
  }

  /** The forwards to open on connect: those of the configuration, and those that the user had last. */
  wanted(config: Parameters<typeof wantedForwards>[0], startConfigForwards: boolean): readonly ForwardRequest[] {
    return wantedForwards(config, recall(this.#memory, this.#name).forwards, startConfigForwards);
  }

  /** `Detection`'s method that worked the last time. */
  get method(): string | undefined {
    return this.#method;
  }

  /** The request with what the user chose for its remote port before: the local port and HTTPS. */
  withChoices(request: ForwardRequest): ForwardRequest {
    const { remotePort } = request;
    if (remotePort === undefined) return request;
    // A local port that the user named counts more than the one that served the remote port before.
    const lastPort = request.localPort === 'exact' ? undefined : this.#localPorts[remotePort];
    const isHttps = this.#https[remotePort];
    return {
      ...(lastPort !== undefined && { lastPort }),
      ...request,
      ...(isHttps !== undefined && { isHttps }), // counts more than a rule
    };
  }

  noteForwards(forwards: readonly ForwardState[]): void {
    for (const forward of forwards) {
      const { remotePort, isHttps = false } = forward;
      if (remotePort !== undefined && (isHttps || remotePort in this.#https)) this.#https[remotePort] = isHttps;
      const port = localPort(forward);
      if (port !== undefined && forward.remotePort !== undefined) this.#localPorts[forward.remotePort] = port;
    }
  }

  /** Settles when the record is written. */
  save({ forwards, detection }: Pick<HostState, 'forwards' | 'detection'>): Promise<void> {
    if (detection.kind === 'watching') this.#method = detection.method;
    const seen = {
      localPorts: { ...this.#localPorts },
      ...(Object.keys(this.#https).length > 0 && { https: { ...this.#https } }),
      ...(this.#method !== undefined && { method: this.#method }),
    };
    return this.#saving.run(() => remember(this.#memory, this.#name, forwards, seen));
  }

  /** Settles when all that was saved is written. */
  flush(): Promise<void> {
    return this.#saving.run(async () => undefined);
  }
}
