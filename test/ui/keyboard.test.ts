import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { addAlias } from '../support/addAlias.ts';
import { freePort } from '../support/freePort.ts';
import type { Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer } from '../support/webServer.ts';
import { openPortsWindow } from './pages/portsWindow.ts';
import { clickRow, connect, connectedHost, disconnectAll, rows } from './pages/sshPorts.ts';
import {
  clearNotifications,
  quickInput,
  quickPickRow,
  runCommand,
  screenshotOfFailure,
  toast,
} from './pages/workbench.ts';

const scope = new Scope();
/** Each test has a host of its own; all hosts are the same sshd. */
const hosts = ['entered', 'clicked', 'deleted', 'undone'];
let page: Page;
let port: number;

before(async () => {
  ({ port } = scope.add(await startWebServer('hello from the remote')));
  const prepare = (sshd: Sshd): void => {
    for (const host of hosts) addAlias(sshd, host);
  };
  ({ page } = await openPortsWindow(scope, { prepare }));
  await rows(page, 'devbox', 1).waitFor();
});
after(() => scope.close());
afterEach(async (t) => {
  await screenshotOfFailure(t, page);
  await disconnectAll(page);
  await clearNotifications(page);
});

/** The row with the keyboard focus. */
const focused = (): Locator => page.locator('.sidebar .pane-body .monaco-list:focus-within .monaco-list-row.focused');
const isFocused = async (text: string | RegExp): Promise<boolean> =>
  (await focused().filter({ hasText: text }).count()) === 1;

async function expectFocus(text: string | RegExp): Promise<void> {
  await until(`the focus on ${text}`, () => isFocused(text));
}

/** Presses the arrow key that leads to a row until that row has the focus. */
async function moveFocusTo(row: Locator, text: string): Promise<void> {
  // RACE: a key that comes before the tree has its rows moves nothing.
  await until(`the focus on ${text}`, async () => {
    if (await isFocused(text)) return true;
    const [there, here] = [await indexOf(row), (await focused().count()) === 1 ? await indexOf(focused()) : -1];
    await page.keyboard.press(here < there ? 'ArrowDown' : 'ArrowUp');
    return isFocused(text);
  });
}

const indexOf = async (row: Locator): Promise<number> =>
  Number(await row.getAttribute('data-index', { timeout: 1000 }));

/** Forwards free local ports, with neighbouring numbers in the order of the rows. */
async function forwardPorts(host: string, count: number): Promise<readonly number[]> {
  await connect(page, host);
  await connectedHost(page, host).waitFor();
  const ports = [];
  while (ports.length < count) ports.push(await freePort());
  ports.sort((a, b) => a - b);
  for (const local of ports) {
    // RACE: the question closes when something else takes the focus, such as the tree that draws its rows.
    await until(`the forward to ${local}`, async () => {
      await runCommand(page, 'SSH Ports: Forward Port');
      await quickInput(page).fill(`${local}:127.0.0.1:9`, { timeout: 3000 });
      await quickPickRow(page, `local ${local}`).first().click({ timeout: 3000 });
      return true;
    });
    await rows(page, `→ ${local}`, 2).waitFor();
  }
  await clearNotifications(page);
  return ports;
}

test('the Enter key connects a host, then forwards a port, and the focus stays on their rows', async () => {
  // RACE: the palette closes before its command has moved the focus to the tree.
  await runCommand(page, 'SSH Ports: Focus on Ports View');
  await page.locator('.sidebar .pane-body .monaco-list:focus-within').waitFor();
  await moveFocusTo(rows(page, 'entered', 1), 'entered');
  await page.keyboard.press('Enter');
  await connectedHost(page, 'entered').waitFor();
  await expectFocus('entered');
  const row = rows(page, String(port), 2);
  await row.waitFor();
  await moveFocusTo(row, String(port));
  await page.keyboard.press('Enter');
  await rows(page, new RegExp(`${port} → `, 'su'), 2).waitFor();
  await expectFocus(String(port));
});

test('a click on a forward selects it and opens nothing', async () => {
  const [local] = await forwardPorts('clicked', 1);
  const pages = page.context().pages().length;
  const copied = page.locator('.statusbar').getByText(`Copied http://localhost:${local}`).waitFor();
  await clickRow(rows(page, `→ ${local}`, 2));
  await page.keyboard.press('Control+c');
  await copied;
  assert.equal(page.context().pages().length, pages);
  assert.equal(await page.locator('.monaco-dialog-box').count(), 0);
});

test('after Delete the neighbour has the focus, and several selected forwards stop together and come back', async () => {
  const [first, second, third] = await forwardPorts('deleted', 3);
  await clickRow(rows(page, `→ ${first}`, 2));
  await page.keyboard.press('Delete');
  await rows(page, `→ ${first}`, 2).waitFor({ state: 'detached' });
  await expectFocus(`→ ${second}`);

  await clickRow(rows(page, `→ ${second}`, 2));
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Delete');
  for (const local of [second, third]) await rows(page, `→ ${local}`, 2).waitFor({ state: 'detached' });
  await toast(page, 'Stopped 2 forwards.').getByRole('button', { name: 'Undo' }).click();
  for (const local of [second, third]) await rows(page, `→ ${local}`, 2).waitFor();
});

test('Stop All Forwards can be undone, with labels', async () => {
  const [first, second] = await forwardPorts('undone', 2);
  await clickRow(rows(page, `→ ${second}`, 2));
  await page.keyboard.press('F2');
  await quickInput(page).fill('my label');
  await page.keyboard.press('Enter');
  await rows(page, /my label/u, 2).waitFor();
  await runCommand(page, 'SSH Ports: Stop All Forwards');
  for (const local of [first, second]) await rows(page, `→ ${local}`, 2).waitFor({ state: 'detached' });
  await toast(page, 'Stopped 2 forwards.').getByRole('button', { name: 'Undo' }).click();
  await rows(page, `→ ${first}`, 2).waitFor();
  await rows(page, new RegExp(`→ ${second}.*my label`, 'su'), 2).waitFor();
});
