import * as vscode from 'vscode';
import type { Log } from '../base/log.ts';
import { oauthRedirectPort } from '../core/policy/oauthRedirect.ts';
import { requestFor } from '../core/session/forwardRequests.ts';
import { served } from '../core/session/oneUse.ts';
import type { Sessions } from '../core/session/sessions.ts';
import { guard } from './guard.ts';
import { withProgress } from './progress.ts';
import * as say from './say.ts';

/** A login that takes longer than this has been given up. */
const loginMs = 10 * 60_000;
/** Enough for an address that comes in pieces. */
const keptCharacters = 4096;

/**
 * A tool on the remote that logs in with the browser waits at a port of the remote, and the browser comes to the same
 * port here. Offers that port for this one login. Nothing else that a terminal shows is a reason to forward.
 */
export function followTerminals(sessions: Sessions, log: Log): vscode.Disposable {
  return vscode.window.onDidStartTerminalShellExecution(({ execution }) => {
    void guard(log, () => read(execution.read(), sessions));
  });
}

async function read(output: AsyncIterable<string>, sessions: Sessions): Promise<void> {
  const offered = new Set<number>();
  let text = '';
  for await (const chunk of output) {
    text = (text + chunk).slice(-keptCharacters);
    const port = oauthRedirectPort(text);
    if (port === undefined || offered.has(port)) continue;
    offered.add(port);
    await offer(sessions, port);
  }
}

async function offer(sessions: Sessions, port: number): Promise<void> {
  const { hosts } = sessions.state.get();
  const listening = hosts.filter(
    ({ link, listeners }) => link.kind === 'online' && listeners.some(({ listener }) => listener.port === port),
  );
  const [host] = listening;
  if (!host || host.forwards.some(({ remotePort }) => remotePort === port)) return;
  const yes = 'Forward for This Login';
  const question = `A login waits at port ${port} of ${host.name}, and the browser will come to the same port here.`;
  if ((await say.info(question, yes)) !== yes) return;
  const request = { ...requestFor(port, 'auto', 'Login'), localPort: 'exact' } as const;
  const forward = await withProgress(`Forwarding ${port} from ${host.name}…`, (signal) =>
    sessions.forward(host.name, request, signal),
  );
  await served(sessions.state, host.name, forward.id, AbortSignal.timeout(loginMs)).catch(() => undefined);
  await sessions.forwardsOf(host.name).remove(forward.id);
}
