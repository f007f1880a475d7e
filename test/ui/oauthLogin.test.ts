import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { noOwnNetwork, startOwnNetwork } from '../support/ownNetwork.ts';
import { read } from '../support/sessions.ts';
import { type Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openConnectedWindow } from './pages/portsWindow.ts';
import { icon, rows } from './pages/sshPorts.ts';
import { openTerminal, terminal } from './pages/terminal.ts';
import { answerDialog, dialog, screenshot, screenshotOfFailure, toast } from './pages/workbench.ts';

const skip = noOwnNetwork;
const scope = new Scope();
const port = 18_400;
let sshd: Sshd;
let page: Page;

/** A command-line tool that logs in: it waits until the browser brings the code. */
const tool = `
import sys
from urllib.parse import quote
from wsgiref.simple_server import make_server

brought = []

def app(environ, respond):
    brought.append(environ["QUERY_STRING"])
    respond("200 OK", [("Content-Type", "text/plain")])
    return [b"You may close this window."]

server = make_server("127.0.0.1", ${port}, app)
here = quote("http://localhost:${port}/callback", safe="")
print("Go to https://login.example.com/authorize?client_id=x&redirect_uri=" + here + "&state=1", flush=True)
while not brought or "code=" not in brought[-1]:
    server.handle_request()
print("the browser brought " + brought[-1], flush=True)
`;

before(async () => {
  if (skip) return;
  const network = await startOwnNetwork();
  scope.defer(() => network.stop());
  ({ sshd, page } = await openConnectedWindow(scope, {
    sshd: { runner: network.runner },
    prepare: (to) => network.open(to.port),
    settings: { 'sshPorts.autoForward': 'off', 'terminal.integrated.gpuAcceleration': 'off' }, // then what it shows is in the page as text
  }));
  fs.writeFileSync(path.join(sshd.folder, 'tool.py'), tool);
});
after(() => scope.close());
afterEach(async (t) => {
  if (!skip) await screenshotOfFailure(t, page);
});

test('the port of a login in a terminal is offered, forwarded for one use, and then closed', { skip }, async () => {
  await openTerminal(page);
  await page.keyboard.type(`ssh -F ${sshd.configFile} devbox /usr/bin/python3 ${sshd.folder}/tool.py auth login\n`);
  const row = rows(page, new RegExp(`^\\s*${port}`, 'u'), 2);
  await row.waitFor();
  assert.equal(await icon(row), 'key');
  const offer = toast(page, `A login on devbox waits at its port ${port}`);
  await offer.waitFor();
  await screenshot(page, 'login-offer');
  await offer.getByRole('button', { name: 'Forward for This Login' }).click();
  await row.filter({ hasText: `→ ${port}` }).waitFor();
  await screenshot(page, 'login-forwarded');

  const answer = await fetch(`http://localhost:${port}/callback?code=42`, { headers: { connection: 'close' } });
  assert.equal(await answer.text(), 'You may close this window.');
  await terminal(page).getByText('the browser brought code=42').waitFor();
  await row.waitFor({ state: 'detached' });
  await until('the end of the forward', async () => (await read(port)) === undefined);
  await screenshot(page, 'login-done');
});

test('Ctrl and a click on an address of a terminal with ssh opens that port of that host', { skip }, async (t) => {
  const served = 18_410;
  await openTerminal(page);
  t.after(() => page.keyboard.press('Control+C'));
  await page.keyboard.type(`ssh -F ${sshd.configFile} -tt devbox /usr/bin/python3 -u -m http.server ${served}\n`);
  const address = terminal(page).locator('.xterm-rows span', { hasText: `http://0.0.0.0:${served}/` });
  await address.last().waitFor();
  const opened = page.context().waitForEvent('page', { timeout: 30_000 });
  opened.catch(() => undefined);
  await until('a new tab, or the question about it', async () => {
    const { x, y } = await middleOf(address.last(), `http://0.0.0.0:${served}/`);
    await page.mouse.move(0, 0);
    await page.mouse.move(x, y, { steps: 3 });
    // VS Code asks for the links of a line when the pointer is over it.
    await page.getByText(`Forward port ${served} of devbox and open it`).first().waitFor({ timeout: 5000 });
    await page.keyboard.down('Control');
    await page.mouse.click(x, y);
    await page.keyboard.up('Control');
    return until('the tab', async () => page.context().pages().length > 1 || dialog(page).isVisible(), 5000);
  });
  if (await dialog(page).isVisible()) await answerDialog(page, /^Open$/u);
  const tab = await opened;
  await tab.getByText('Directory listing').first().waitFor();
  assert.match(tab.url(), new RegExp(String(served), 'u'));
  await tab.close();
  await rows(page, new RegExp(`${served} → `, 'u'), 2).waitFor();
  await screenshot(page, 'terminal-link');
});

test('the terminals of the editor have ssh-ports on their PATH', { skip }, async () => {
  await openTerminal(page);
  await page.keyboard.type(`ssh-ports -F ${sshd.configFile} -G devbox | grep '^port '\n`);
  await terminal(page).getByText(`port ${sshd.port}`).first().waitFor();
});

/** The middle of a text in a terminal, whose letters all have one width. */
async function middleOf(element: Locator, text: string): Promise<{ readonly x: number; readonly y: number }> {
  const box = await element.boundingBox();
  const all = await element.innerText();
  if (!box) throw new Error(`${text} is not drawn`);
  return { x: box.x + ((all.indexOf(text) + text.length / 2) / all.length) * box.width, y: box.y + box.height / 2 };
}
