import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { freePort } from '../support/freePort.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { connect, openPortsView, rows } from './pages/sshPorts.ts';
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
  ports = [await freePort(), await freePort(), await freePort()];
  for (const port of ports) {
    await runCommand(page, 'SSH Ports: Forward Port');
    await quickInput(page).fill(`ssh -N -L ${port}:localhost:1 devbox`);
    await quickPickRow(page, 'localhost:1').last().click();
    await row(port).waitFor();
  }
});
after(() => scope.close());

const row = (port: number | undefined) => rows(page, `localhost:${port}`, 2);

test('Delete stops the forward that has the focus, however it came by it, and on a host nothing', async () => {
  const [first, second, third] = ports;
  await rows(page, 'devbox', 1).click();
  await row(first).waitFor({ state: 'detached' }); // a click folds it
  await page.keyboard.press('Delete');
  await page.keyboard.press('ArrowRight');
  await row(first).click();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Delete');
  await row(second).waitFor({ state: 'detached' });
  await row(first).waitFor();
  await row(third).waitFor();
  await row(third).click();
  await page.keyboard.press('Delete');
  await row(third).waitFor({ state: 'detached' });
  await row(first).waitFor();
});
