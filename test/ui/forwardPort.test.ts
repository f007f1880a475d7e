import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { addAlias } from '../support/addAlias.ts';
import { freePort } from '../support/freePort.ts';
import { read } from '../support/sessions.ts';
import { type Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer } from '../support/webServer.ts';
import { openPortsWindow } from './pages/portsWindow.ts';
import { connectedHost, disconnectAll, rowAction, rows, status } from './pages/sshPorts.ts';
import {
  answerDialog,
  chosenRow,
  dialog,
  quickInput,
  quickPickRow,
  runCommand,
  screenshot,
  screenshotOfFailure,
  toast,
  clearNotifications,
} from './pages/workbench.ts';

const scope = new Scope();
/** Each test has a host of its own; all hosts are the same sshd. */
const hosts = ['clicked', 'digits', 'asked', 'pasted', 'stopped', 'shared', 'proxied'];
let sshd: Sshd;
let page: Page;
let port: number;

before(async () => {
  ({ port } = scope.add(await startWebServer('hello from the remote')));
  ({ sshd, page } = await openPortsWindow(scope, { prepare: addHosts }));
});
after(() => scope.close());
afterEach(async (t) => {
  await screenshotOfFailure(t, page);
  await disconnectAll(page);
  await clearNotifications(page);
});

function addHosts(to: Sshd): void {
  for (const host of hosts) addAlias(to, host);
  const empty = path.join(to.folder, 'empty_known_hosts');
  addAlias(to, 'stranger', ['StrictHostKeyChecking ask', `UserKnownHostsFile ${empty}`]);
  const changed = path.join(to.folder, 'changed_known_hosts');
  fs.writeFileSync(changed, `[127.0.0.1]:${to.port} ${newKey(to.folder)}\n`);
  addAlias(to, 'changed', [`UserKnownHostsFile ${changed}`]);
}

async function answerInput(prompt: string, text: string): Promise<void> {
  await page.locator('.quick-input-widget', { hasText: prompt }).waitFor();
  await quickInput(page).fill(text);
  await page.keyboard.press('Enter');
}

async function throughProxy(user: string, proxy: number): Promise<string | undefined> {
  const from = ['-sS', '--noproxy', '', '--max-time', '10', '-x', `socks5h://${user}127.0.0.1:${proxy}`];
  const curl = promisify(execFile)('curl', [...from, `http://localhost:${port}/`]);
  return curl.then(({ stdout }) => stdout).catch(() => undefined);
}

function newKey(folder: string): string {
  const file = path.join(folder, 'other');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  return fs.readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
}

/** Opens the question for a port of a host and waits for the ports that the remote listens on. */
async function askForPort(host: string): Promise<void> {
  // RACE: a quick pick closes when something else takes the focus, such as the tree that draws its rows.
  await until(
    `the ports of ${host}`,
    async () => {
      await runCommand(page, 'SSH Ports: Forward Port');
      // The only connected host is not asked for.
      const [hostRow, portRow] = [quickPickRow(page, host).first(), quickPickRow(page, String(port)).first()];
      await hostRow.or(portRow).first().waitFor({ timeout: 3000 });
      if ((await portRow.count()) === 0) await hostRow.click({ timeout: 3000 });
      await portRow.waitFor({ timeout: 8000 });
      return true;
    },
    60_000,
  );
}

/** Forwards the web server's port by a pasted command. Returns the local port. */
async function forward(host: string): Promise<number> {
  const local = await freePort();
  await runCommand(page, 'SSH Ports: Forward Port');
  await quickInput(page).fill(`ssh -N -L localhost:${local}:localhost:${port} ${host}`);
  await quickPickRow(page, host).last().waitFor();
  await screenshot(page, 'forward-port-command');
  await quickPickRow(page, `localhost:${port}`).click();
  await rows(page, `→ ${local}`, 2).waitFor();
  return local;
}

test('a host connects when its row is clicked, and the ports that its programs listen on appear', async () => {
  await rows(page, 'clicked', 1).click();
  await rows(page, String(port), 2).waitFor();
});

test('the Enter key prefers a known host that begins with the typed text over the typed text itself', async () => {
  await runCommand(page, 'SSH Ports: Connect to Host');
  await quickInput(page).fill('cha');
  await quickPickRow(page, 'Use what you typed').waitFor();
  await chosenRow(page, 'changed').waitFor();
  await page.keyboard.press('Escape');
});

test('the Enter key prefers the typed port over a listed port that begins with the same digits', async () => {
  const begun = String(port).slice(0, -1);
  await askForPort('digits');
  await quickInput(page).fill(begun);
  await chosenRow(page, `local ${begun} → localhost:${begun} from digits`).waitFor();
  await quickInput(page).fill(String(port));
  await chosenRow(page, new RegExp(`^${port}(?!.*from digits)`, 'u')).waitFor();
  await page.keyboard.press('Escape');
});

test('Forward Port asks for a host, then for a port, and checks the typed text at every key', async () => {
  await askForPort('asked');
  await screenshot(page, 'forward-port-detected');
  await quickInput(page).fill('8000:db:');
  await quickPickRow(page, /A port is a number/u).waitFor();
  await screenshot(page, 'forward-port-error');
  await page.keyboard.press('Enter');
  assert.ok(await quickInput(page).isVisible(), 'an error cannot be chosen');
  const local = await freePort();
  await quickInput(page).fill(`${local}:${port}`);
  await quickPickRow(page, `local ${local} → localhost:${port}`).waitFor();
  await screenshot(page, 'forward-port-typed');
  await page.keyboard.press('Enter');
  await toast(page, `localhost:${local}`).waitFor();
  await until('the page', async () => (await read(local)) === 'hello from the remote');
});

test('a pasted ssh command forwards its port from its host', async () => {
  const local = await forward('pasted');
  await until('the page', async () => (await read(local)) === 'hello from the remote');
});

test('a forward stops when the button in its row is pressed', async () => {
  const local = await forward('stopped');
  await until('the page', async () => (await read(local)) === 'hello from the remote');
  const row = rows(page, `→ ${local}`, 2);
  await rowAction(row, /Stop Forwarding/u, async () => (await row.count()) === 0);
  await until('the end of the page', async () => (await read(local)) === undefined);
});

test('a forward that other machines can reach is confirmed first and says when its sharing ends', async () => {
  const local = await freePort();
  await runCommand(page, 'SSH Ports: Forward Port');
  await quickInput(page).fill(`ssh -L 0.0.0.0:${local}:localhost:${port} shared`);
  await quickPickRow(page, `localhost:${port}`).click();
  await dialog(page, 'Open for 1 hour').waitFor();
  await screenshot(page, 'share-question');
  await answerDialog(page, 'Open for 1 hour');
  await rows(page, 'shared, 60 min left', 2).waitFor();
  await screenshot(page, 'shared');
  assert.match(await status(page).innerText(), /1 · shared/u);
});

test('a SOCKS proxy that other machines can reach can have a password, which its clients must give', async () => {
  const proxy = await freePort();
  await askForPort('proxied');
  await page.locator('.quick-input-widget', { hasText: 'Forward Port from proxied' }).waitFor();
  await quickInput(page).fill(`-D 0.0.0.0:${proxy}`);
  await quickPickRow(page, `local 0.0.0.0:${proxy} → SOCKS proxy`).click();
  await dialog(page, 'Open with a Password…').waitFor();
  await screenshot(page, 'share-proxy');
  await answerDialog(page, 'Open with a Password…');
  await answerInput('User name that the proxy asks for', 'me');
  await answerInput('Password for me', 'secret');
  await rows(page, 'SOCKS proxy', 2).waitFor();
  await until(
    'the page, with the password',
    async () => (await throughProxy('me:secret@', proxy)) === 'hello from the remote',
  );
  assert.equal(await throughProxy('', proxy), undefined);
  await runCommand(page, 'SSH Ports: Protect SOCKS Proxy with a Password');
  await answerInput('User name that the proxy asks for', '');
  await answerDialog(page, 'Open for 1 hour');
  await until('the page, without a password', async () => (await throughProxy('', proxy)) === 'hello from the remote');
});

test('an unknown host key is shown with its fingerprint: Cancel fails nothing, and an accepted key is remembered', async () => {
  await rows(page, 'stranger', 1).click();
  await dialog(page, 'SHA256:').waitFor();
  await answerDialog(page, 'Cancel');
  await until('the row at rest', async () => (await rows(page, 'stranger', 1).innerText()).trim() === 'stranger');
  await rows(page, 'stranger', 1).click();
  await dialog(page, 'SHA256:').waitFor();
  await screenshot(page, 'host-key');
  await answerDialog(page, 'Accept and Remember');
  await connectedHost(page, 'stranger').waitFor();
  assert.match(fs.readFileSync(path.join(sshd.folder, 'empty_known_hosts'), 'utf8'), /ssh-ed25519|ecdsa/u);
});

test('a changed host key is refused, and no dialog offers to accept it', async () => {
  await rows(page, 'changed', 1).click();
  await rows(page, /host key changed/u, 1).waitFor();
  await screenshot(page, 'host-key-changed');
  assert.equal(await dialog(page).count(), 0);
});
