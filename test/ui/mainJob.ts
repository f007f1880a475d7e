import type { Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { connect, connectedHost, expand, openPortsView, rows, statusAction } from './pages/sshPorts.ts';
import { screenshot, toast, clearNotifications } from './pages/workbench.ts';

/** A remote on which a web server can be started. */
export interface Remote {
  readonly host: string;
  startDevServer(): Promise<{ readonly port: number }>;
}

/** The browser page, the remote and the receiver of progress messages. */
export interface MainJob {
  readonly page: Page;
  readonly remote: Remote;
  /** Part of the page of the dev server. */
  readonly greeting: string;
  readonly say: (seen: string) => void;
}

/**
 * The main job, as a person does it: connect to a host, start a web server there, see it announced and forwarded,
 * open it, switch forwarding off and on. Throws at the first step that fails.
 */
export async function mainJob({ page, remote, greeting, say }: MainJob): Promise<void> {
  await openPortsView(page);
  await rows(page, remote.host, 1).first().waitFor({ timeout: 60_000 });
  say(`the view lists the host ${remote.host}`);
  await screenshot(page, '1-hosts');

  await connect(page, remote.host);
  await connectedHost(page).first().waitFor();
  await expand(rows(page, remote.host, 1).first());
  await rows(page, /\d/, 2).first().waitFor();
  say(`connected to ${remote.host}, its remote ports are shown`);
  await screenshot(page, '2-remote-ports');

  const { port } = await remote.startDevServer();
  const notice = toast(page, String(port)).first();
  await notice.waitFor();
  const message = notice.locator('.notification-list-item-message');
  const address = await until('an address in the notice', async () => addressIn(await message.innerText()));
  const buttons = await notice.locator('.monaco-button').allInnerTexts();
  say(`announced: ${await message.innerText()} [${buttons.join('] [')}]`);
  const row = rows(page, String(port), 2);
  const forwarded = row.filter({ hasText: `→ ${new URL(address).port}` });
  await forwarded.waitFor();
  await screenshot(page, '3-forwarded');

  await until(`the page at ${address}`, async () => (await read(address)).includes(greeting));
  const tab = await page.context().newPage();
  await tab.goto(address);
  await tab.getByText(greeting).waitFor();
  await screenshot(tab, '4-page');
  await tab.close();
  say(`${address} shows "${greeting}"`);

  await clearNotifications(page);
  await statusAction(page, 'Switch Off');
  await until(`nothing at ${address}`, async () => (await read(address)) === '');
  await row.filter({ hasText: 'off' }).waitFor();
  say(`switched off in the status bar: ${address} is gone`);
  await screenshot(page, '5-off');

  await statusAction(page, 'Switch On');
  await until(`the page at ${address} again`, async () => (await read(address)).includes(greeting));
  await forwarded.waitFor();
  say(`switched on again: ${address} is back`);
  await screenshot(page, '6-on');
}

function addressIn(text: string): string | undefined {
  return /https?:\/\/(?:localhost|127\.0\.0\.1):\d+\/?/.exec(text)?.[0];
}

/** The body of a page, or nothing when nothing listens there. */
async function read(address: string): Promise<string> {
  try {
    return await (await fetch(address, { headers: { connection: 'close' }, signal: AbortSignal.timeout(5000) })).text();
  } catch {
    return '';
  }
}
