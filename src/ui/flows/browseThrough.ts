import * as vscode from 'vscode';
import { never } from '../../base/delay.ts';
import { UserError } from '../../base/userError.ts';
import type { Problem } from '../../core/problem.ts';
import type { Browser } from '../../core/session/browser/findBrowsers.ts';
import { browserProxy } from '../../core/session/forwards/forwardRequests.ts';
import { findHost, localPort } from '../../core/session/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { hostOf, type Place } from '../../view/row.ts';
import { startPage } from '../../view/startPage.ts';
import * as say from '../asking/messages.ts';
import type { Context, Flow } from '../context.ts';
import { guard } from '../guard.ts';
import { reachHost } from './reachHost.ts';

/**
 * Opens a separate browser whose proxy is the host. In it, http://localhost:5000 is port 5000 of the host, and so on for
 * every port, without a forward for each. Redirects and logins work. Resolves when the browser is starting.
 */
export const browseThrough: Flow = async (context, row) => {
  const browser = await chooseBrowser(context.engine, context.settings.get().browser);
  if (!browser) return undefined;
  const host = await reachHost(context.engine, hostOf(row), 'Open Browser through Host');
  if (!host) return undefined;
  void guard(context.log, () => browse(context, browser, host.name, row));
  return { kind: 'host', host: host.name };
};

async function browse(
  { engine, log, closing }: Context,
  browser: Browser,
  host: string,
  row: Place | undefined,
): Promise<void> {
  const forward = await engine.forward(host, browserProxy, never);
  const proxyPort = localPort(forward);
  try {
    if (proxyPort === undefined) return;
    log.info(`${host}: ${browser.name} uses the proxy at port ${proxyPort}`);
    const code = await engine.runBrowser({ file: browser.file, proxyPort, page: pageOf(engine, host, row) }, closing);
    if (code) void say.warn(`${browser.name} ended with code ${code}. Does it start from a terminal: ${browser.file}?`);
  } finally {
    await engine.removeForward(host, forward.id);
  }
}

function pageOf({ state }: Engine, name: string, row: Place | undefined): string {
  const host = findHost(state.get(), name);
  const port = row?.target?.kind === 'remotePort' ? row.target.port : undefined;
  return host ? startPage(host, port) : 'about:blank';
}

/** @throws UserError<Problem> when no browser is found */
async function chooseBrowser(engine: Engine, file: string | undefined): Promise<Browser | undefined> {
  if (file !== undefined) return { name: 'The browser', file };
  const found = await engine.findBrowsers();
  if (found.length === 0) throw new UserError<Problem>({ code: 'browserMissing' });
  if (found.length === 1) return found[0];
  const items = found.map((browser) => ({ label: browser.name, description: browser.file, browser }));
  return (await vscode.window.showQuickPick(items, { title: 'Open Browser through Host' }))?.browser;
}
