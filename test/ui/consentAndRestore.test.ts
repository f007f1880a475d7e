import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { read } from '../support/sessions.ts';
import { addAlias } from '../support/addAlias.ts';
import { type Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer } from '../support/webServer.ts';
import { openPortsWindow } from './pages/portsWindow.ts';
import { clickRow, connectedHost, disconnectAll, rowAction, rows } from './pages/sshPorts.ts';
import {
  answerDialog,
  dialog,
  runCommand,
  screenshot,
  screenshotOfFailure,
  toast,
  clearNotifications,
} from './pages/workbench.ts';

const scope = new Scope();
/** Hosts behind a ProxyCommand, one for each test. */
const proxied = ['asking', 'forgetful'];
/** The user's consent is remembered for the text of a command, so each host has a text of its own. */
const proxyCommand = (host: string): string => `env FOR=${host} nc %h %p`;
let sshd: Sshd;
let page: Page;
let port: number;

before(async () => {
  ({ port } = scope.add(await startWebServer('hello from the remote')));
  ({ sshd, page } = await openPortsWindow(scope, {
    prepare: (to) => {
      for (const host of proxied) addAlias(to, host, [`ProxyCommand ${proxyCommand(host)}`]);
    },
    settings: { 'sshPorts.autoForward': 'off', 'sshPorts.identifyServers': false },
  }));
});
after(() => scope.close());

afterEach(async (t) => {
  await screenshotOfFailure(t, page);
  await disconnectAll(page);
  await clearNotifications(page);
});

const host = (name: string): Locator => rows(page, new RegExp(`^\\s*${name}`, 'u'), 1);
const isConnected = (name: string): Locator => connectedHost(page, name);

/** Clicks the host's row and answers the question whether its ProxyCommand may run. */
async function connectAnswering(name: string, answer: 'Allow' | 'Cancel'): Promise<void> {
  await host(name).click();
  await dialog(page, `env FOR=${name} nc 127.0.0.1 ${sshd.port}`).waitFor();
  await screenshot(page, 'consent');
  await answerDialog(page, answer);
}

/** A closed question is no failure: no message, no reason in the row. */
async function expectCancelled(name: string): Promise<void> {
  await until('the row at rest', async () => (await host(name).innerText()).trim() === name);
  await toast(page, `Connecting to ${name}`).waitFor({ state: 'detached' });
  assert.equal(await toast(page, name).count(), 0);
}

async function disconnect(name: string): Promise<void> {
  await rowAction(host(name), /Disconnect/u, async () => (await isConnected(name).count()) === 0);
}

test('a ProxyCommand runs only after the user allowed it, and the user is asked once', async () => {
  await connectAnswering('asking', 'Cancel');
  await expectCancelled('asking');
  await connectAnswering('asking', 'Allow');
  await isConnected('asking').waitFor();
  await disconnect('asking');
  await host('asking').click();
  await isConnected('asking').waitFor();
});

test('after Forget Allowed Commands the user is asked about a ProxyCommand again', async () => {
  await connectAnswering('forgetful', 'Allow');
  await isConnected('forgetful').waitFor();
  await disconnect('forgetful');
  const said = page.locator('.statusbar').getByText('Forgot all allowed commands').waitFor();
  await runCommand(page, 'SSH Ports: Forget Allowed Commands');
  await said;
  await connectAnswering('forgetful', 'Cancel');
  await expectCancelled('forgetful');
});

test('a reloaded window offers once to reconnect, and then has its host and its forward back', async () => {
  await host('devbox').click();
  await clickRow(rows(page, String(port), 2));
  const row = rows(page, /→ \d+/u, 2).first();
  await row.waitFor();
  const local = Number(/→ (\d+)/u.exec(await row.innerText())?.[1]);
  await until('the page', async () => (await read(local)) === 'hello from the remote');
  // RACE: the editor writes an extension's memory to disk with a delay. Running a command takes longer than that.
  await clearNotifications(page);
  await screenshot(page, 'before-reload');
  await page.reload();
  const notice = toast(page, /Reconnect/u).first();
  await notice.waitFor({ timeout: 60_000 });
  await screenshot(page, 'restore');
  await notice.getByRole('button', { name: 'Reconnect', exact: true }).click();
  await connectedHost(page, 'devbox').waitFor();
  await screenshot(page, 'restored');
  await until('the page again', async () => (await read(local)) === 'hello from the remote', 30_000);
});
