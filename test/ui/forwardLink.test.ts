import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { until } from '../support/until.ts';
import { startWebServer } from '../support/webServer.ts';
import { openPortsWindow } from './pages/portsWindow.ts';
import { connect, openPortsView, rows } from './pages/sshPorts.ts';
import { answerDialog, clearNotifications, dialog, screenshot, screenshotOfFailure, toast } from './pages/workbench.ts';

const scope = new Scope();
let page: Page;
let port: number;

before(async () => {
  ({ port } = scope.add(await startWebServer('hello from the remote')));
  const window = await openPortsWindow(scope);
  ({ page } = window);
  const link = (query: string): string => `code-oss://ssh-ports.ssh-ports/forward?${query}`;
  const keys = [
    { key: 'ctrl+alt+9', command: '_workbench.open', args: link(`host=devbox&port=${port}`) },
    { key: 'ctrl+alt+8', command: '_workbench.open', args: link(`host=devbox&port=${port}&spec=-R`) },
  ];
  fs.writeFileSync(path.join(window.server.profile.userData, 'User', 'keybindings.json'), JSON.stringify(keys));
  // The editor reads keys that somebody else has written when it starts.
  await page.reload({ waitUntil: 'commit' });
  await page.locator('.statusbar-item').first().waitFor();
  await openPortsView(page);
  await connect(page, 'devbox');
  await rows(page, /devbox.*connected/su, 1).waitFor();
});
after(() => scope.close());
afterEach(async (t) => {
  await screenshotOfFailure(t, page);
  await clearNotifications(page);
});

/** RACE: a key gets lost while something else takes the focus. */
async function follow(key: string, effect: Locator): Promise<void> {
  await until(`the effect of ${key}`, async () => {
    await page.keyboard.press(key);
    await effect.first().waitFor({ timeout: 3000 });
    return true;
  });
}

test('a link asks first, says what it will do, and forwards the port when the user agrees', async () => {
  const question = dialog(page, `A link asks to forward port ${port} of devbox to this machine.`);
  await follow('Control+Alt+9', question);
  assert.match((await question.textContent()) ?? '', /devbox is connected\..*Other machines do not reach it\./u);
  await screenshot(page, 'forward-link');
  assert.equal(await toast(page, `devbox:${port}`).count(), 0);
  await answerDialog(page, 'Forward Port');
  await toast(page, new RegExp(`devbox:${port} → `, 'u')).waitFor();
});

test('a link that asks for more is refused', async () => {
  const refusal = 'SSH Ports does not follow this link. A link names one host and one port, and nothing else.';
  await follow('Control+Alt+8', toast(page, refusal));
  assert.equal(await dialog(page).count(), 0);
});
