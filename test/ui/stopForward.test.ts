import assert from 'node:assert/strict';
import net from 'node:net';
import { after, afterEach, before, test, type TestContext } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { freePort } from '../support/freePort.ts';

import { until } from '../support/until.ts';
import { openConnectedWindow } from './pages/portsWindow.ts';
import { connect, connectedHost, expand, rowAction, rows } from './pages/sshPorts.ts';
import { quickInput, quickPickRow, runCommand, screenshotOfFailure } from './pages/workbench.ts';

const scope = new Scope();
let page: Page;

before(async () => {
  ({ page } = await openConnectedWindow(scope));
});
after(() => scope.close());
afterEach(async (t) => {
  await screenshotOfFailure(t, page);
  // The Command Palette has this command only while there are forwards.
  if ((await rows(page, '→', 2).count()) > 0) await runCommand(page, 'SSH Ports: Stop All Forwards');
  await until('the end of the forwards', async () => (await rows(page, '→', 2).count()) === 0);
});

const row = (port: number): Locator => rows(page, `→ ${port}`, 2);

/** The local ports of three new forwards, from the top of the tree to the bottom. */
async function threeForwards(): Promise<readonly [number, number, number]> {
  const forward = async (): Promise<number> => {
    const port = await freePort();
    await runCommand(page, 'SSH Ports: Forward Port');
    await quickInput(page).fill(`ssh -N -L ${port}:localhost:1 devbox`);
    await quickPickRow(page, 'localhost:1').last().click();
    await row(port).waitFor();
    return port;
  };
  return [await forward(), await forward(), await forward()];
}

/** Presses Delete on a forward until the forward is gone: a key may do nothing while the tree is being drawn. */
async function pressDelete(port: number, focus: () => Promise<void>): Promise<void> {
  await until(`the end of ${port}`, async () => {
    if ((await row(port).count()) === 0) return true;
    await page.mouse.move(0, 0); // a tooltip may lie over the row
    await focus();
    await page.keyboard.press('Delete');
    await row(port).waitFor({ state: 'detached', timeout: 5000 });
    return true;
  });
}

/** Makes ports come and go, so that the tree is drawn again and again. */
function keepRedrawing(t: TestContext): void {
  const servers: net.Server[] = [];
  const comeAndGo = setInterval(() => {
    servers.push(net.createServer().listen(0, '127.0.0.1'));
    if (servers.length > 5) servers.shift()?.close();
  }, 200);
  t.after(() => {
    clearInterval(comeAndGo);
    for (const server of servers) server.close();
  });
}

test('Delete stops the forward that was clicked or reached with the arrow keys, and nothing on a host', async () => {
  const [first, second, third] = await threeForwards();
  await rows(page, 'devbox', 1).click();
  await row(first).waitFor({ state: 'detached' }); // a click folds it
  await page.keyboard.press('Delete');
  await until('its forwards', async () => {
    await expand(rows(page, 'devbox', 1));
    await row(first).waitFor({ timeout: 5000 });
    return true;
  });
  await pressDelete(second, async () => {
    await row(first).click({ timeout: 5000 });
    await page.keyboard.press('ArrowDown');
  });
  await pressDelete(third, () => row(third).click({ timeout: 5000 }));
  await row(first).waitFor();
});

test('Delete stops no other forward while the tree is drawn again and again', async (t) => {
  const [first, second, third] = await threeForwards();
  keepRedrawing(t);
  await pressDelete(second, () => row(second).click({ timeout: 5000 }));
  await row(third).waitFor();
  await pressDelete(third, () => row(third).click({ timeout: 5000 }));
  await row(first).waitFor();
});

test('a button stops the forward of its row and asks nothing while the tree is drawn again and again', async (t) => {
  const [first, second, third] = await threeForwards();
  keepRedrawing(t);
  let wasAsked = false;
  const question = page.locator('.quick-input-widget:visible', { hasText: 'Stop Forwarding' });
  for (const port of [second, third]) {
    await rowAction(row(port), /Stop Forwarding/u, async () => {
      wasAsked ||= (await question.count()) > 0;
      return (await row(port).count()) === 0;
    });
  }
  assert.equal(wasAsked, false);
  await row(first).waitFor();
});

test('the button Disconnect never asks which host is meant, however early it is pressed', async () => {
  const connected = connectedHost(page, 'devbox');
  const question = page.locator('.quick-input-widget:visible', { hasText: 'Disconnect from Host' });
  let wasAsked = false;
  for (let times = 0; times < 8; times++) {
    await connected.waitFor();
    await rowAction(connected, /Disconnect/u, async () => {
      wasAsked ||= (await question.count()) > 0;
      return (await connected.count()) === 0;
    });
    await connect(page, 'devbox');
  }
  assert.equal(wasAsked, false);
});
