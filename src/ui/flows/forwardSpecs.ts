import { type ForwardRequest, typedRequest } from '../../core/session/forwardRequests.ts';
import { localPortProblem } from '../../core/session/localPort.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { findHost, type ForwardState } from '../../core/session/state.ts';
import { announcement } from '../../view/announcement.ts';
import { forwardUrl } from '../../view/forwardText.ts';
import type { HostChoice } from '../../core/config/typed.ts';
import { problemText } from '../../view/problem.ts';
import * as say from '../asking/messages.ts';
import { withProgress } from '../asking/progress.ts';
import type { Context } from '../context.ts';
import { openInBrowser } from './open.ts';
import { newProxyPassword } from './protectProxy.ts';
import { confirmOpen } from '../asking/confirmOpen.ts';

/** Makes typed forwards. Asks first where machines other than this one could use them. */
export async function forwardSpecs(
  { sessions, secrets }: Pick<Context, 'sessions' | 'secrets'>,
  { name, forwards: specs }: Pick<HostChoice, 'name' | 'forwards'>,
): Promise<void> {
  const answer = await confirmOpen(specs, sessions.settings().expireSharedAfterMs);
  if (!answer) return;
  if (answer === 'protect' && !(await newProxyPassword(sessions, secrets, name))) return;
  for (const spec of specs) {
    const isProxy = spec.kind === 'dynamic' || spec.kind === 'remoteDynamic';
    const request = { ...typedRequest(spec), isProtected: answer === 'protect' && isProxy };
    const forward = await forwardOne(sessions, name, request);
    if (forward) void offerToOpen(sessions, name, forward);
  }
}

/** Where the wanted local port is taken, the user decides whether another one will do. */
async function forwardOne(
  sessions: Sessions,
  name: string,
  request: ForwardRequest,
): Promise<ForwardState | undefined> {
  const forward = (localPort: 'exact' | 'near'): Promise<ForwardState> =>
    withProgress(`Forwarding from ${name}…`, (signal) => sessions.forward(name, { ...request, localPort }, signal));
  try {
    return await forward(request.localPort);
  } catch (error) {
    const why = localPortProblem(error);
    if (!why) throw error;
    const other = 'Use Another Port';
    const choice = await say.warn(problemText(why).what, other);
    if (choice !== other) return undefined;
    const failed = findHost(sessions.state.get(), name)?.forwards.find(
      ({ status }) => status.kind === 'failed' && status.why === why,
    );
    if (failed) await sessions.stopForward(name, failed.id);
    return forward('near');
  }
}

/** Says where a new forward answers, with a button that opens its page. */
export async function offerToOpen(sessions: Sessions, name: string, forward: ForwardState): Promise<void> {
  const host = findHost(sessions.state.get(), name);
  if (!host || forward.status.kind !== 'open') return;
  const url = forwardUrl(host, forward);
  const open = 'Open in Browser';
  const choice = await say.info(announcement(host, forward), ...(url ? [open] : []));
  if (choice === open && url) await openInBrowser(url);
}
