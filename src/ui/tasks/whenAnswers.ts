import { delay } from '../../base/delay.ts';
import { UserError } from '../../base/userError.ts';
import { findHost, type ForwardState, type HostState } from '../../core/session/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { leadsToNothing } from '../../view/leadsToNothing.ts';

/** The pause between two tries. */
const retryMs = 500;

/**
 * Resolves when a connection through the forward would reach its server. The list of remote ports decides. A test
 * connection is made only without such a list, because a debugger may serve only one client.
 *
 * @throws UserError<Problem> when the forward has failed or ended
 */
export async function whenAnswers(engine: Engine, hostName: string, id: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const { host, forward } = find(engine, hostName, id);
    if (!host || !forward) throw new UserError({ code: 'cancelled' });
    if (forward.status.kind === 'failed') throw new UserError(forward.status.why);
    if (await answers(engine, host, forward, signal)) return;
    await delay(retryMs, signal);
  }
}

/** Resolves when the forward is gone. */
export async function ended(engine: Engine, hostName: string, id: string, signal: AbortSignal): Promise<void> {
  const isGone = (): boolean => find(engine, hostName, id).forward === undefined;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stop();
      resolve();
    };
    const stop = engine.state.watch(() => isGone() && done());
    signal.addEventListener('abort', done, { once: true });
    if (isGone() || signal.aborted) done();
  });
}

async function answers(engine: Engine, host: HostState, forward: ForwardState, signal: AbortSignal): Promise<boolean> {
  const { spec, status, remotePort } = forward;
  if (status.kind === 'elsewhere') return true;
  if (status.kind !== 'open') return false;
  if (spec.kind !== 'local') return true;
  const isListed = remotePort !== undefined && host.detection.kind === 'watching';
  if (isListed && host.link.kind === 'online') return !leadsToNothing(host, forward);
  await engine.checkForward(forward, signal).catch(() => undefined); // the state has the result
  const now = find(engine, host.name, forward.id).forward?.status;
  return now?.kind === 'open' && now.trouble === undefined;
}

function find(
  { state }: Engine,
  hostName: string,
  id: string,
): { readonly host?: HostState | undefined; readonly forward?: ForwardState | undefined } {
  const host = findHost(state.get(), hostName);
  return { host, forward: host?.forwards.find((each) => each.id === id) };
}
