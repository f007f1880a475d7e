import net from 'node:net';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { freePort } from '../support/freePort.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { connect, expand, openPortsView, rows } from './pages/sshPorts.ts';
import { openWorkbench, quickInput, quickPickRow, runCommand } from './pages/workbench.ts';

const scope = new Scope();
let sshd: Sshd;
let page: Page;
let ports: readonly number[];

before(async () => {
  sshd = await startSshd();
  scope.defer(() => sshd.stop());
  const workbench = scope.add(
    await openWorkbench({ settings: { 'sshPorts.configFile': sshd.configFile, 'sshPorts.autoForward': 'off' } }),
  );
  page = workbench.page;
  await openPortsView(page);
  await connect(page, 'devbox');
  ports = await Promise.all(Array.from({ length: 5 }, freePort));
  for (const port of ports) {
    await runCommand(page, 'SSH Ports: Forward Port');
    await quickInput(page).fill(`ssh -N -L ${port}:localhost:1 devbox`);
    await quickPickRow(page, 'localhost:1').last().click();
    await row(port).waitFor();
  }
});
after(() => scope.close());

const row = (port: number | undefined) => rows(page, `localhost:${port}`, 2);

/** Presses Delete on a forward until it is gone: a key that comes while the tree is being drawn may do nothing. */
async function stop(port: number | undefined, focus: () => Promise<void>): Promise<void> {
  await until(`the end of ${port}`, async () => {
    if ((await row(port).count()) === 0) return true;
    await page.mouse.move(0, 0); // a tooltip may lie over the row
    await focus();
    await page.keyboard.press('Delete');
    await row(port).waitFor({ state: 'detached', timeout: 5000 });
    return true;
  });
}

test('Delete stops the forward that has the focus, however it came by it, and on a host nothing', async () => {
  const [first, second, third] = ports;
  await rows(page, 'devbox', 1).click();
  await row(first).waitFor({ state: 'detached' }); // a click folds it
  await page.keyboard.press('Delete');
  await until('its forwards', async () => {
    await expand(rows(page, 'devbox', 1));
    await row(first).waitFor({ timeout: 5000 });
    return true;
  });
  await stop(second, async () => {
    await row(first).click({ timeout: 5000 });
    await page.keyboard.press('ArrowDown');
  });
  await stop(third, () => row(third).click({ timeout: 5000 }));
  await row(first).waitFor();
});

test('Delete stops no other forward while the tree is drawn again and again', async () => {
  const [first, , , fourth, fifth] = ports;
  const others: net.Server[] = [];
  const comeAndGo = setInterval(() => {
    others.push(net.createServer().listen(0, '127.0.0.1'));
    if (others.length > 5) others.shift()?.close();
  }, 200);
  scope.defer(() => {
    clearInterval(comeAndGo);
    for (const server of others) server.close();
  });
  await stop(fourth, () => row(fourth).click({ timeout: 5000 }));
  await row(fifth).waitFor();
  await stop(fifth, () => row(fifth).click({ timeout: 5000 }));
  await row(first).waitFor();
});
