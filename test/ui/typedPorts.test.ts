import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { freePort } from '../support/freePort.ts';
import { addAlias } from '../support/addAlias.ts';

import { until } from '../support/until.ts';
import { startWebServer } from '../support/webServer.ts';
import { openConnectedWindow } from './pages/portsWindow.ts';
import { rows } from './pages/sshPorts.ts';
import {
  answerDialog,
  dialog,
  quickInput,
  quickPickRow,
  runCommand,
  screenshot,
  screenshotOfFailure,
  toast,
  clearNotifications,
} from './pages/workbench.ts';

const scope = new Scope();
let page: Page;
let port: number;

before(async () => {
  ({ port } = scope.add(await startWebServer('hello from the remote')));
  ({ page } = await openConnectedWindow(scope, { prepare: (sshd) => addAlias(sshd, 'second') }));
});
after(() => scope.close());
afterEach(async (t) => {
  await screenshotOfFailure(t, page);
  await clearNotifications(page);
});

/** Opens Forward Port, types a text and presses the Enter key, as fast as a person who knows the way. */
async function typePort(text: string): Promise<void> {
  await runCommand(page, 'SSH Ports: Forward Port');
  await page.locator('.quick-input-widget', { hasText: 'Forward Port from devbox' }).waitFor();
  await quickInput(page).fill(text);
  await quickPickRow(page, text).first().waitFor();
  await page.keyboard.press('Enter');
}

test('with one connected host, Forward Port takes a port and the Enter key, and asks for no host', async () => {
  const typed = await freePort();
  await typePort(String(typed));
  await toast(page, new RegExp(`devbox:${typed} → `, 'u')).waitFor();
  assert.equal(await rows(page, 'connected', 1).count(), 1);
});

test('a range of ports is announced once', async () => {
  await typePort('18100-18102');
  const summary = toast(page, 'Forwarded 3 ports from devbox: 18100–18102 → localhost:18100–18102.');
  await summary.waitFor();
  await toast(page, 'Forwarding 3 ports').waitFor({ state: 'detached' });
  assert.equal(await toast(page, '').count(), 1);
  await screenshot(page, 'forward-port-range');
});

test('a pasted page address opens exactly that page', async () => {
  const opened = page.context().waitForEvent('page', { timeout: 30_000 });
  opened.catch(() => undefined);
  await typePort(`http://localhost:${port}/admin?token=1`);
  // VS Code asks once before it leaves for an address that it does not know.
  await until('a new tab, or the question', async () => page.context().pages().length > 1 || dialog(page).isVisible());
  if (await dialog(page).isVisible()) await answerDialog(page, /^Open$/u);
  const tab = await opened;
  await tab.getByText('hello from the remote').waitFor();
  assert.match(tab.url(), /\/admin\?token=1$/u);
  await tab.close();
});

test('Forward Port offers another host, where a number asks for its host and is none itself', async () => {
  await runCommand(page, 'SSH Ports: Forward Port');
  await quickPickRow(page, 'Another Host…').click();
  await quickPickRow(page, 'second').waitFor();
  await quickInput(page).fill('5000');
  await quickPickRow(page, /devbox.*forward localhost:5000/su).waitFor();
  assert.equal(await quickPickRow(page, '').count(), 1);
  await screenshot(page, 'forward-port-number-at-hosts');
  await page.keyboard.press('Escape');
});
