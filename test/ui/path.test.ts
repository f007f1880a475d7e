import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { type DevServer, greeting, startDevServer } from '../support/devServer.ts';
import { Scope } from '../../src/base/scope.ts';
import { read } from '../support/sessions.ts';
import { type SshdOptions } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { stumblingBlocks } from './pages/accessibility.ts';
import { button, showPath } from './pages/pathView.ts';
import { openPortsWindow, type PortsWindow } from './pages/portsWindow.ts';
import { connect, forwardListedPort, rows } from './pages/sshPorts.ts';
import { bothThemes, runCommand, screenshot, toggleTheme, clearNotifications } from './pages/workbench.ts';

const scope = new Scope();
after(() => scope.close());

test('the path of a forward names the hop that broke, and a button mends that hop', async () => {
  const { sshd, page } = await open({ name: 'devbox' });
  const server = await serve();
  const local = await forward(page, 'devbox', server.port);
  const picture = await showPath(page);
  const answers = (): Promise<unknown> =>
    until(`the page at port ${local}`, async () => (await read(local))?.includes(greeting));
  await answers();
  await picture.getByText('It works from end to end').waitFor();
  await picture.getByText(/round trip/u).waitFor();
  await show(picture, 'path-healthy');

  const other = await serve();
  await server.stop();
  await picture
    .getByText(`Nothing listens on localhost:${server.port} at devbox, but ${other.port} (Flask) does.`)
    .first()
    .waitFor();
  await show(picture, 'path-no-dev-server');
  await button(picture, `Forward ${other.port} Instead`).click();
  await answers();
  await picture.getByText('It works from end to end').waitFor();

  await sshd.kill();
  await picture.getByText('Broken at: SSH server').waitFor();
  await show(picture, 'path-no-sshd');
  await sshd.restart();
  await button(picture, 'Try Now').press('Enter');
  await answers();
  await picture.getByText('It works from end to end').waitFor();

  await runCommand(page, 'SSH Ports: Stop All Forwards');
  await picture.getByText('This forward has ended').waitFor();
  await show(picture, 'path-ended');
});

test('a check of the path names an sshd that forbids forwarding', async () => {
  const { page } = await open({ name: 'fortress', config: ['AllowTcpForwarding no'] });
  const server = await serve();
  await forward(page, 'fortress', server.port);
  const picture = await showPath(page);
  await button(picture, /^Check /u).click();
  await picture.getByText('Broken at: SSH server').waitFor();
  await picture.getByText(/AllowTcpForwarding/u).waitFor();
  await show(picture, 'path-forbidden');

  await runCommand(page, 'SSH Ports: Diagnose');
  const lines = page.locator('.monaco-editor .view-line');
  await lines.filter({ hasText: 'SSH Ports: Diagnosis' }).first().waitFor();
  await page.keyboard.press('Control+End');
  await lines.filter({ hasText: 'forwardingProhibited' }).first().waitFor();
  assert.doesNotMatch((await lines.allInnerTexts()).join('\n'), /fortress|127\.0\.0\.1/u);
  await screenshot(page, 'diagnosis');
});

const open = (sshd: SshdOptions): Promise<PortsWindow> =>
  openPortsWindow(scope, { sshd, settings: { 'sshPorts.autoForward': 'off', ...bothThemes } });

async function serve(): Promise<DevServer> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flask-'));
  scope.defer(() => fs.rmSync(folder, { recursive: true, force: true }));
  const server = await startDevServer(folder);
  scope.defer(() => server.stop());
  return server;
}

/** The local port at which it answers: another one, for the remote is this very machine. */
async function forward(page: Page, host: string, port: number): Promise<number> {
  await rows(page, host, 1).first().waitFor({ timeout: 60_000 });
  await connect(page, host);
  await rows(page, String(port), 2).first().waitFor();
  await forwardListedPort(page, port);
  const row = await rows(page, /→ \d+/u, 2).first().innerText();
  await clearNotifications(page);
  return Number(/→ (\d+)/u.exec(row)?.[1]);
}

/** In the dark theme and in the light: saved as a picture, and fit for those who see badly or not at all. */
async function show(picture: Locator, name: string): Promise<void> {
  const page = picture.page();
  for (const theme of ['dark', 'light']) {
    await screenshot(page, `${name}-${theme}`);
    assert.deepEqual(await stumblingBlocks(picture), [], `${name}, ${theme}`);
    await toggleTheme(page);
  }
}
