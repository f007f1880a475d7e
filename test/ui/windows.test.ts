import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { freePort } from '../support/freePort.ts';
import { read } from '../support/sessions.ts';

import { until } from '../support/until.ts';
import { startWebServer } from '../support/webServer.ts';
import { stumblingBlocks } from './pages/accessibility.ts';
import { showPath } from './pages/pathView.ts';
import { openPortsWindow } from './pages/portsWindow.ts';
import { connect, connectedHost, openPortsView, rows } from './pages/sshPorts.ts';
import { quickInput, quickPickRow, runCommand, screenshot, screenshotOfFailure } from './pages/workbench.ts';

const scope = new Scope();
let first: Page;
let second: Page;
let port: number;
let local: number;

before(async () => {
  ({ port } = scope.add(await startWebServer('hello from the remote')));
  local = await freePort();
  const settings = {
    'sshPorts.autoForward': 'off',
    'sshPorts.restore': 'never',
    'workbench.colorTheme': 'Default High Contrast',
  };
  first = (await openPortsWindow(scope, { settings })).page;
  second = await first.context().newPage();
  await second.goto(first.url());
});
after(() => scope.close());
afterEach((t) => screenshotOfFailure(t, first, second));

test('a second window shows a forward as the first window’s, and takes the forward over when the first window ends it', async () => {
  await forward(first);
  await rows(first, `→ ${local}`, 2).waitFor();

  await second.bringToFront();
  await forward(second);
  await rows(second, new RegExp(`→ ${local}.*in another window`, 'su'), 2).waitFor();
  const picture = await showPath(second);
  await picture.getByText('Another window forwards it').waitFor();
  await screenshot(second, 'path-other-window-high-contrast');
  assert.deepEqual(await stumblingBlocks(picture), []);

  await first.bringToFront();
  await runCommand(first, 'SSH Ports: Stop All Forwards');
  await second.bringToFront();
  await rows(second, /in another window/u, 2).waitFor({ state: 'detached' });
  await until('the page', async () => (await read(local)) === 'hello from the remote');
  await picture.getByText('It works from end to end').waitFor();
});

async function forward(page: Page): Promise<void> {
  await openPortsView(page);
  await connect(page, 'devbox');
  await connectedHost(page, 'devbox').waitFor();
  await runCommand(page, 'SSH Ports: Forward Port');
  await quickInput(page).fill(`ssh -L ${local}:127.0.0.1:${port} devbox`);
  await quickPickRow(page, `127.0.0.1:${port}`).click();
}
