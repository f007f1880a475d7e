import type { Readable } from '../../base/store.ts';
import { abortable } from '../../base/delay.ts';
import { type AppState, findHost } from './state.ts';

/** Settles when a forward has served: somebody was connected and nobody is any more, or the forward has gone. */
export async function served(state: Readable<AppState>, host: string, id: string, signal: AbortSignal): Promise<void> {
  const isServed = (app: AppState): boolean => {
    const forward = findHost(app, host)?.forwards.find((each) => each.id === id);
    if (forward?.status.kind !== 'listening') return true;
    const { totalConnections, openConnections } = forward.status.traffic;
    return totalConnections > 0 && openConnections === 0;
  };
  let stop = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    const look = (app: AppState): void => {
      if (isServed(app)) resolve();
    };
    stop = state.watch(look);
    look(state.get());
  });
  try {
    await abortable(done, signal);
  } finally {
    stop();
  }
}
