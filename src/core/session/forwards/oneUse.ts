import type { Readable } from '../../../base/store.ts';
import { abortable, within } from '../../../base/delay.ts';
import type { Traffic } from '../../forward/runningForward.ts';
import { type AppState, findHost, findPort, type HostState } from '../state.ts';

/** Settles with the online host that has this remote port; of several, with the host that opened it last. */
export async function listeningHost(state: Readable<AppState>, port: number, signal: AbortSignal): Promise<HostState> {
  return found(state, ({ hosts }) => newestAt(hosts, port), signal);
}

/**
 * Settles when a forward has served its one use: it is gone, or its connections have ended and `lingerMs` have passed. The
 * pause lets the page send its result with a second request.
 */
export async function served(
  state: Readable<AppState>,
  { host, id, lingerMs }: { readonly host: string; readonly id: string; readonly lingerMs: number },
  signal: AbortSignal,
): Promise<void> {
  const trafficIn = (app: AppState): Traffic | undefined => {
    const status = findHost(app, host)?.forwards.find((forward) => forward.id === id)?.status;
    return status?.kind === 'open' ? status.traffic : undefined;
  };
  const isGone = (app: AppState): boolean => trafficIn(app) === undefined;
  const isUsed = (app: AppState): boolean => {
    const { totalConnections = 0, openConnections = 0 } = trafficIn(app) ?? {};
    return totalConnections > 0 && openConnections === 0;
  };
  await found(state, (app) => isGone(app) || isUsed(app) || undefined, signal);
  await within(
    lingerMs,
    found(state, (app) => isGone(app) || undefined, signal),
  );
}

function newestAt(hosts: readonly HostState[], port: number): HostState | undefined {
  const seenAt = ({ remotePorts }: HostState): number => findPort({ remotePorts }, port)?.seenAt ?? -1;
  const listening = hosts.filter((host) => host.link.kind === 'online' && seenAt(host) >= 0);
  return listening.toSorted((a, b) => seenAt(b) - seenAt(a))[0];
}

/** Settles with the first value that `look` finds in the state. */
async function found<T>(
  state: Readable<AppState>,
  look: (app: AppState) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  let stop = (): void => undefined;
  const seen = new Promise<T>((resolve) => {
    const check = (app: AppState): void => {
      const what = look(app);
      if (what !== undefined) resolve(what);
    };
    stop = state.watch(check);
    check(state.get());
  });
  try {
    return await abortable(seen, signal);
  } finally {
    stop();
  }
}
