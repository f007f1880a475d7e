import { type ForwardRequest, typedRequest } from '../../core/session/forwardRequests.ts';
import { localPortProblem } from '../../core/session/localPort.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { findHost, type ForwardState } from '../../core/session/state.ts';
import { announcement } from '../../view/announcement.ts';
import { forwardUrl } from '../../view/forwardText.ts';
import type { HostChoice } from '../../view/hostPicks.ts';
import { problemText } from '../../view/problem.ts';
import { openInBrowser } from './open.ts';
import { connectFlow, connectTo } from './connect.ts';
import { pickPort } from '../asking/pickPort.ts';
import { withProgress } from '../asking/progress.ts';
import { newProxyPassword } from './protectProxy.ts';
import type { RememberedSecrets } from '../asking/rememberedSecrets.ts';
import { confirmOpen } from './share.ts';
import * as say from '../asking/messages.ts';

/** SSH Ports: Forward Port. Asks for what is not known yet: the host, then the port. A pasted command says both. */
export async function forwardPortFlow(
  sessions: Sessions,
  secrets: RememberedSecrets,
  knownHost: string | undefined,
): Promise<void> {
  const host = await connectFlow(sessions, knownHost, 'Forward Port');
  if (!host) return;
  const { name } = host;
  if (host.forwards.length > 0) return forwardSpecs(sessions, secrets, host);
  const choice = await pickPort(sessions.state, name);
  if (choice?.kind === 'host') {
    await connectTo(sessions, choice.host);
    await forwardSpecs(sessions, secrets, choice.host);
  }
  if (choice?.kind === 'specs') await forwardSpecs(sessions, secrets, { name, forwards: choice.specs });
  if (choice?.kind === 'listener') {
    const forward = await withProgress(`Forwarding from ${name}…`, (signal) =>
      sessions.forwardPort(name, choice.port, signal),
    );
    await offerToOpen(sessions, name, forward);
  }
}

/** Makes forwards that somebody typed, after asking where others than this machine could use them. */
export async function forwardSpecs(
  sessions: Sessions,
  secrets: RememberedSecrets,
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

/** A local port that was asked for and is taken: the user says whether another one will do. */
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

async function offerToOpen(sessions: Sessions, name: string, forward: ForwardState): Promise<void> {
  const host = findHost(sessions.state.get(), name);
  if (!host || forward.status.kind !== 'open') return;
  const url = forwardUrl(host, forward);
  const open = 'Open in Browser';
  const choice = await say.info(announcement(host, forward), ...(url ? [open] : []));
  if (choice === open && url) await openInBrowser(url);
}
