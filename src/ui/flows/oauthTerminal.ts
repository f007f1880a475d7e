import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import { oauthRedirectPort } from '../../core/policy/oauthRedirect.ts';
import { requestFor } from '../../core/session/forwards/forwardRequests.ts';
import { listeningHost, served } from '../../core/session/forwards/oneUse.ts';
import type { Engine } from '../../engine/engine.ts';
import { guard } from '../guard.ts';
import * as say from '../asking/messages.ts';

/** After this time the user has given up the login. */
const loginMs = 10 * 60_000;
/** A tool starts to listen shortly before or after it prints its address. */
const listenMs = 10_000;
/** After the last connection, time for the browser's second request. */
const lingerMs = 30_000;
/** An address may arrive in several chunks. */
const keptCharacters = 4096;

/**
 * A remote tool that logs in with the browser listens on a port of the remote, and the browser opens the same port of
 * this machine. This offers to forward that port for one login. No other terminal output leads to a forward. VS Code gives
 * us the output of commands in terminals with shell integration; a running `ssh` is such a command.
 */
export function followTerminals(engine: Engine, log: Log): vscode.Disposable {
  const offered = new Set<number>();
  const onRedirect = (port: number): void => {
    if (offered.has(port)) return;
    offered.add(port);
    void guard(log, () => offer(engine, port)).finally(() => offered.delete(port));
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
    text = ''; // another login may print the same address again
    onRedirect(port);
  }
}

async function offer(engine: Engine, port: number): Promise<void> {
  await engine.refresh();
  const host = await listeningHost(engine.state, port, AbortSignal.timeout(listenMs)).catch(() => undefined);
  if (!host || host.forwards.some(({ remotePort }) => remotePort === port)) return;
  const yes = 'Forward for This Login';
  const question = `A login on ${host.name} waits at its port ${port}. Your browser will open port ${port} of this machine.`;
  if ((await say.info(question, yes)) !== yes) return;
  const signal = AbortSignal.timeout(loginMs);
  const request = { ...requestFor(port, 'auto', 'Login'), localPort: 'exact' } as const;
  const forward = await engine.forward(host.name, request, signal);
  await served(engine.state, { host: host.name, id: forward.id, lingerMs }, signal).catch(() => undefined);
  await engine.removeForward(host.name, forward.id);
}
