import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import { oauthRedirectPort } from '../../core/policy/oauthRedirect.ts';
import { requestFor } from '../../core/session/forwardRequests.ts';
import { listeningHost, served } from '../../core/session/oneUse.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { guard } from '../guard.ts';
import * as say from '../asking/messages.ts';

/** A login that takes longer than this has been given up. */
const loginMs = 10 * 60_000;
/** A tool listens before or just after it prints where. */
const listenMs = 10_000;
/** A tool that goes on listening has got by then what the browser brought. */
const lingerMs = 30_000;
/** Enough for an address that comes in pieces. */
const keptCharacters = 4096;

/**
 * A tool on the remote that logs in with the browser waits at a port of the remote, and the browser comes to the same
 * port here. Offers that port for this one login. Nothing else that a terminal shows is a reason to forward. The editor
 * tells what commands print in terminals with shell integration; an `ssh` that runs there is such a command.
 */
export function followTerminals(sessions: Sessions, log: Log): vscode.Disposable {
  const offered = new Set<number>();
  const onRedirect = (port: number): void => {
    if (offered.has(port)) return;
    offered.add(port);
    void guard(log, () => offer(sessions, port)).finally(() => offered.delete(port));
  };
  return vscode.window.onDidStartTerminalShellExecution(({ execution }) => {
    void guard(log, () => read(execution.read(), onRedirect));
  });
}

async function read(output: AsyncIterable<string>, onRedirect: (port: number) => void): Promise<void> {
  let text = '';
  for await (const chunk of output) {
    text = (text + chunk).slice(-keptCharacters);
    const port = oauthRedirectPort(text);
    if (port === undefined) continue;
    text = ''; // the same address may be printed again, for another login
    onRedirect(port);
  }
}

async function offer(sessions: Sessions, port: number): Promise<void> {
  sessions.refresh();
  const host = await listeningHost(sessions.state, port, AbortSignal.timeout(listenMs)).catch(() => undefined);
  if (!host || host.forwards.some(({ remotePort }) => remotePort === port)) return;
  const yes = 'Forward for This Login';
  const question = `A login waits at port ${port} of ${host.name}, and the browser will come to the same port here.`;
  if ((await say.info(question, yes)) !== yes) return;
  const signal = AbortSignal.timeout(loginMs);
  const request = { ...requestFor(port, 'auto', 'Login'), localPort: 'exact' } as const;
  const forward = await sessions.forward(host.name, request, signal);
  await served(sessions.state, { host: host.name, id: forward.id, lingerMs }, signal).catch(() => undefined);
  await sessions.forwardsOf(host.name).remove(forward.id);
}
