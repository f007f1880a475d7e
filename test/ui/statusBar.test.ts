import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { addAlias } from '../support/addAlias.ts';
import { freePort } from '../support/freePort.ts';
import { read } from '../support/sessions.ts';
import type { Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer } from '../support/webServer.ts';
import { openConnectedWindow } from './pages/portsWindow.ts';
import { connect, forwardListedPort, status, statusAction } from './pages/sshPorts.ts';
import { quickPickRow, screenshot, screenshotOfFailure, toast, clearNotifications } from './pages/workbench.ts';

const scope = new Scope();
let page: Page;
let port: number;

before(async () => {
  ({ port } = scope.add(await startWebServer('hello from the remote')));
  const prepare = async (sshd: Sshd): Promise<void> => addAlias(sshd, 'broken', [`Port ${await freePort()}`]);
  ({ page } = await openConnectedWindow(scope, { prepare }));
  await forwardListedPort(page, port);
  await toast(page, `devbox:${port} → `).waitFor();
  await clearNotifications(page);
});
after(() => scope.close());
afterEach((t) => screenshotOfFailure(t, page));

/** The address that the quick pick lists. */
async function localPort(): Promise<number> {
  await status(page).click();
  const row = quickPickRow(page, /localhost:\d+/u).first();
  const text = await row.locator('.label-name').innerText();
  await page.keyboard.press('Escape');
  return Number(/localhost:(\d+)/u.exec(text)?.[1]);
}

test('a click on the status bar lists the addresses; Enter switches off, and the next click and Enter on', async () => {
  const local = await localPort();
  assert.equal(await read(local), 'hello from the remote');
  await status(page).click();
  await quickPickRow(page, 'Switch Off').waitFor();
  await screenshot(page, 'status-menu');
  await page.keyboard.press('Enter');
  await until('nothing there', async () => (await read(local)) === undefined);
  await status(page).click();
  await quickPickRow(page, 'Switch On').waitFor();
  await page.keyboard.press('Enter');
  await until('the page again', async () => (await read(local)) === 'hello from the remote');
});

test('a button of the list copies its address', async () => {
  await status(page).click();
  const row = quickPickRow(page, /localhost:\d+/u).first();
  await row.hover();
  const said = page.locator('.statusbar').getByText('Copied http://localhost:').waitFor();
  await row.getByRole('button', { name: 'Copy Local Address' }).click();
  await said;
});

test('a failed host is listed with its fix, and the yellow ends when the user has seen it', async () => {
  await connect(page, 'broken');
  const isYellow = async (): Promise<boolean> =>
    (await status(page).getAttribute('class'))?.includes('warning-kind') ?? false;
  await until('the warning', isYellow);
  await clearNotifications(page);
  await status(page).click();
  await quickPickRow(page, /broken: refused/u).waitFor();
  await screenshot(page, 'status-menu-problem');
  await page.keyboard.press('Escape');
  await until('the end of the warning', async () => !(await isYellow()));
  await statusAction(page, /broken: refused/u);
  await toast(page, /broken refused the connection/u).waitFor();
});

test('the hover of the status bar lists the forward, and a link of it copies the address', async () => {
  await status(page).hover();
  const hover = page.locator('.workbench-hover', { hasText: 'devbox' });
  await hover.getByText(`${port} → `).waitFor();
  await screenshot(page, 'status-hover');
  const said = page
    .locator('.statusbar')
    .getByText(/Copied (?:http:\/\/)?localhost:/u)
    .waitFor();
  await hover.locator('a[title="Copy Local Address"], a:has(.codicon-copy)').first().click();
  await said;
});
