import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';

import { until } from '../support/until.ts';
import { startWebServer } from '../support/webServer.ts';
import { openConnectedWindow } from './pages/portsWindow.ts';
import { clickRow, rowAction, rows } from './pages/sshPorts.ts';
import { answerDialog, dialog, runCommand, screenshot } from './pages/workbench.ts';

const scope = new Scope();
const greeting = 'hello from the remote';
let page: Page;

before(async () => {
  const { port } = scope.add(await startWebServer(`<h1>${greeting}</h1>`, { 'content-type': 'text/html' }));
  ({ page } = await openConnectedWindow(scope));
  await clickRow(rows(page, String(port), 2));
  await rows(page, /→ \d+/u, 2).waitFor();
});
after(() => scope.close());

test('the button Open in Browser opens the forwarded page in a new tab', async () => {
  const opened = page.context().waitForEvent('page', { timeout: 30_000 });
  opened.catch(() => undefined);
  // VS Code asks once before it leaves for an address that it does not know.
  const isOpening = async (): Promise<boolean> => page.context().pages().length > 1 || dialog(page).isVisible();
  await rowAction(rows(page, /→ \d+/u, 2), /Open in Browser/u, isOpening);
  if (await dialog(page).isVisible()) await answerDialog(page, /^Open$/u);
  const tab = await opened;
  await tab.getByText(greeting).waitFor();
  await tab.close();
});

test('Preview in Editor shows the forwarded page in a frame of the editor', async () => {
  await runCommand(page, 'SSH Ports: Preview in Editor');
  await until('the page in a frame', async () => {
    for (const frame of page.frames()) if (await frame.getByText(greeting).isVisible()) return true;
    return false;
  });
  await screenshot(page, 'preview');
});
