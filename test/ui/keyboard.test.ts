import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer } from '../support/webServer.ts';
import { clickRow, openPortsView, rows } from './pages/sshPorts.ts';
import { openWorkbench, quickInput, quickPickRow, runCommand, screenshotOfFailure, toast } from './pages/workbench.ts';

const scope = new Scope();
let page: Page;
let port: number;

before(async () => {
  ({ port } = scope.add(await startWebServer('hello from the remote')));
  const sshd = await startSshd();
  scope.defer(() => sshd.stop());
  const settings = { 'sshPorts.configFile': sshd.configFile, 'sshPorts.autoForward': 'off' };
  ({ page } = scope.add(await openWorkbench({ settings })));
  await openPortsView(page);
  await rows(page, 'devbox', 1).waitFor();
});
after(() => scope.close());
afterEach(async (t) => {
  await screenshotOfFailure(t, page);
  await runCommand(page, 'Notifications: Clear All Notifications');
});

/** The row with the keyboard focus. */
const focused = (): Locator => page.locator('.sidebar .pane-body .monaco-list:focus-within .monaco-list-row.focused');

async function expectFocus(text: string | RegExp): Promise<void> {
  await until(`the focus on ${text}`, async () => (await focused().filter({ hasText: text }).count()) === 1);
}

test('the Enter key connects a host, then forwards a port, and the focus stays on their rows', async () => {
  // RACE: the palette closes before its command has moved the focus to the tree.
  await runCommand(page, 'SSH Ports: Focus on Ports View');
  await page.locator('.sidebar .pane-body .monaco-list:focus-within').waitFor();
  // RACE: a key that comes before the tree has its rows moves nothing.
  await until('the focus on devbox', async () => {
    await page.keyboard.press('ArrowDown');
    return (await focused().filter({ hasText: 'devbox' }).count()) === 1;
  });
  await page.keyboard.press('Enter');
  await rows(page, /devbox.*connected/su, 1).waitFor();
  await expectFocus('devbox');
  await rows(page, String(port), 2).waitFor();
  await until('the focus on the port', async () => {
    await page.keyboard.press('ArrowDown');
    return (
      (await focused()
        .filter({ hasText: String(port) })
        .count()) === 1
    );
  });
  await page.keyboard.press('Enter');
  await rows(page, new RegExp(`${port}.*localhost:`, 'su'), 2).waitFor();
  await expectFocus(String(port));
});

test('a click on a forward selects it and opens nothing', async () => {
  const pages = page.context().pages().length;
  await clickRow(rows(page, String(port), 2));
  await page.waitForTimeout(1500);
  assert.equal(page.context().pages().length, pages);
  assert.equal(await page.locator('.monaco-dialog-box').count(), 0);
});

test('after Delete the neighbour has the focus, and several selected forwards stop together and come back', async () => {
  for (const local of [18_201, 18_202, 18_203]) {
    await runCommand(page, 'SSH Ports: Forward Port');
    await quickInput(page).fill(`${local}:127.0.0.1:9`);
    await quickPickRow(page, `local ${local}`).first().click();
    await rows(page, `localhost:${local}`, 2).waitFor();
  }
  await runCommand(page, 'Notifications: Clear All Notifications');
  await clickRow(rows(page, 'localhost:18201', 2));
  await page.keyboard.press('Delete');
  await rows(page, 'localhost:18201', 2).waitFor({ state: 'detached' });
  await expectFocus('localhost:18202');

  await clickRow(rows(page, 'localhost:18202', 2));
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Delete');
  await rows(page, /localhost:1820/u, 2)
    .first()
    .waitFor({ state: 'detached' });
  await toast(page, 'Stopped 2 forwards.').getByRole('button', { name: 'Undo' }).click();
  for (const local of [18_202, 18_203]) await rows(page, `localhost:${local}`, 2).waitFor();
});

test('Stop All Forwards can be undone, with labels', async () => {
  await clickRow(rows(page, 'localhost:18203', 2));
  await page.keyboard.press('F2');
  await quickInput(page).fill('my label');
  await page.keyboard.press('Enter');
  await rows(page, /my label/u, 2).waitFor();
  await runCommand(page, 'SSH Ports: Stop All Forwards');
  await rows(page, /localhost:\d/u, 2)
    .first()
    .waitFor({ state: 'detached' });
  await toast(page, /Stopped \d forwards\./u)
    .getByRole('button', { name: 'Undo' })
    .click();
  await rows(page, /my label.*localhost:18203/su, 2).waitFor();
});
