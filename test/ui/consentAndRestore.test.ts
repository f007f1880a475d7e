import fs from 'node:fs';
import { after, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { read } from '../support/sessions.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer } from '../support/webServer.ts';
import { clickRow, openPortsView, rowAction, rows } from './pages/sshPorts.ts';
import { answerDialog, dialog, openWorkbench, runCommand, screenshot, toast } from './pages/workbench.ts';

const scope = new Scope();
let sshd: Sshd;
let page: Page;
let port: number;

before(async () => {
  ({ port } = scope.add(await startWebServer('hello from the remote')));
  sshd = await startSshd();
  scope.defer(() => sshd.stop());
  const proxied = fs.readFileSync(sshd.configFile, 'utf8').replace('Host devbox', 'Host proxied');
  fs.appendFileSync(sshd.configFile, `${proxied}  ProxyCommand nc %h %p\n`);
  const settings = {
    'sshPorts.configFile': sshd.configFile,
    'sshPorts.autoForward': 'off',
    'sshPorts.identifyServers': false,
  };
  ({ page } = scope.add(await openWorkbench({ settings })));
  await openPortsView(page);
});
after(() => scope.close());

const question = (): Locator => dialog(page, `nc 127.0.0.1 ${sshd.port}`);
const host = (name: string): Locator => rows(page, new RegExp(`^\\s*${name}`, 'u'), 1);

test('a ProxyCommand runs only after it was allowed, and is asked about once', async () => {
  await host('proxied').click();
  await question().waitFor();
  await screenshot(page, 'consent');
  await answerDialog(page, 'Cancel');
  await rows(page, /you have not allowed it/u, 1).waitFor();
  await runCommand(page, 'Notifications: Clear All Notifications');
  await host('proxied').click();
  await answerDialog(page, 'Allow');
  await rows(page, /proxied.*connected/su, 1).waitFor();
  await rowAction(host('proxied'), /Disconnect/u);
  await rows(page, /connected/u, 1).waitFor({ state: 'detached' });
  await host('proxied').click();
  await rows(page, /proxied.*connected/su, 1).waitFor();
});

test('what was allowed can be taken back', async () => {
  await rowAction(host('proxied'), /Disconnect/u);
  await rows(page, /connected/u, 1).waitFor({ state: 'detached' });
  const said = page.locator('.statusbar').getByText('Forgot all allowed commands').waitFor();
  await runCommand(page, 'SSH Ports: Forget Allowed Commands');
  await said;
  await host('proxied').click();
  await question().waitFor();
  await answerDialog(page, 'Cancel');
  await rows(page, /you have not allowed it/u, 1).waitFor();
  await runCommand(page, 'Notifications: Clear All Notifications');
});

test('a window that is loaded again asks once, and has its host and its forward back', async () => {
  await host('devbox').click();
  await clickRow(rows(page, String(port), 2));
  const row = rows(page, /localhost:\d+/u, 2).first();
  await row.waitFor();
  const local = Number(/localhost:(\d+)/u.exec(await row.innerText())?.[1]);
  await until('the page', async () => (await read(local)) === 'hello from the remote');
  // The editor writes down what an extension remembers a moment later: nobody reloads faster than that.
  await runCommand(page, 'Notifications: Clear All Notifications');
  await screenshot(page, 'before-reload');
  await page.reload();
  const notice = toast(page, /Reconnect/u).first();
  await notice.waitFor({ timeout: 60_000 });
  await screenshot(page, 'restore');
  await notice.getByRole('button', { name: 'Reconnect', exact: true }).click();
  await rows(page, /devbox.*connected/su, 1).waitFor();
  await screenshot(page, 'restored');
  await until('the page again', async () => (await read(local)) === 'hello from the remote', 30_000);
});
