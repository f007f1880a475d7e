import type { HostChoice } from '../../core/config/typed.ts';
import { problemOf } from '../../core/problem.ts';
import { type ForwardRequest, typedRequest } from '../../core/session/forwards/forwardRequests.ts';
import { localPortProblem } from '../../core/session/forwards/localPort.ts';
import type { Engine } from '../../engine/engine.ts';
import { findHost, type ForwardState } from '../../core/session/state.ts';
import { sameSpec } from '../../core/spec/sameSpec.ts';
import { announcement } from '../../view/announcement.ts';
import { canOpen } from '../../view/forwardActions.ts';
import { announcementOfMany, type NotForwarded } from '../../view/announcementOfMany.ts';
import { destinationText, forwardUrl, pageThrough } from '../../view/forwardText.ts';
import { problemText } from '../../view/problem.ts';
import { confirmOpen } from '../asking/confirmOpen.ts';
import * as say from '../asking/messages.ts';
import { withProgress } from '../asking/progress.ts';
import type { Context } from '../context.ts';
import { openInBrowser } from './open.ts';
import { newProxyPassword } from './protectProxy.ts';

/** Makes typed forwards. Asks first where machines other than this one could use them. */
export async function forwardSpecs(
  { engine, secrets, settings }: Pick<Context, 'engine' | 'secrets' | 'settings'>,
  { name, forwards: specs, page }: Pick<HostChoice, 'name' | 'forwards' | 'page'>,
): Promise<void> {
  const answer = await confirmOpen(specs, settings.get().expireSharedAfterMs);
  if (!answer) return;
  if (answer === 'protect' && !(await newProxyPassword(engine, secrets, name))) return;
  const requests = specs.map((spec): ForwardRequest => {
    const isProxy = spec.kind === 'dynamic' || spec.kind === 'remoteDynamic';
    return { ...typedRequest(spec), isProtected: answer === 'protect' && isProxy };
  });
  const [request, ...others] = requests;
  if (!request) return;
  if (others.length > 0) return forwardMany(engine, name, requests);
  const forward = await withProgress(`Forwarding from ${name}…`, (signal) => forwardOne(engine, name, request, signal));
  const url = forward && page !== undefined ? pageThrough(forward, page) : undefined;
  if (url) await openInBrowser(url);
  else if (forward) void offerToOpen(engine, name, forward);
}

/** One progress and one summary. A failure leaves the other forwards alone. */
async function forwardMany(engine: Engine, name: string, requests: readonly ForwardRequest[]): Promise<void> {
  const made: ForwardState[] = [];
  const failures: NotForwarded[] = [];
  await withProgress(`Forwarding ${requests.length} ports from ${name}…`, async (signal) => {
    for (const request of requests) {
      try {
        const forward = await forwardOne(engine, name, request, signal);
        if (forward) made.push(forward);
      } catch (error) {
        const problem = problemOf(error);
        if (problem.code === 'cancelled' || problem.code === 'unexpected') throw error;
        failures.push({ name: destinationText(request.spec), why: problemText(problem).what });
      }
    }
  });
  const host = findHost(engine.state.get(), name);
  if (!host || made.length + failures.length === 0) return;
  void (failures.length > 0 ? say.warn : say.info)(announcementOfMany(host, made, failures));
}

/** Where the wanted local port is taken, the user decides whether another one will do. */
async function forwardOne(
  engine: Engine,
  name: string,
  request: ForwardRequest,
  signal: AbortSignal,
): Promise<ForwardState | undefined> {
  const forward = (localPort: 'exact' | 'near'): Promise<ForwardState> =>
    engine.forward(name, { ...request, localPort }, signal);
  try {
    return await forward(request.localPort);
  } catch (error) {
    const why = localPortProblem(error);
    if (!why) throw error;
    const other = 'Use Another Port';
    const choice = await say.warn(problemText(why).what, other);
    if (choice !== other) return undefined;
    const failed = findHost(engine.state.get(), name)?.forwards.find(
      ({ spec, status }) => status.kind === 'failed' && sameSpec(spec, request.spec),
    );
    if (failed) await engine.stopForward(name, failed.id);
    return forward('near');
  }
}

/** Says where a new forward answers, with a button that opens its page. */
export async function offerToOpen(engine: Engine, name: string, forward: ForwardState): Promise<void> {
  const host = findHost(engine.state.get(), name);
  if (!host || forward.status.kind !== 'open') return;
  const url = canOpen(host, forward) ? forwardUrl(host, forward) : undefined;
  const open = 'Open in Browser';
  const choice = await say.info(announcement(host, forward), ...(url ? [open] : []));
  if (choice === open && url) await openInBrowser(url);
}
