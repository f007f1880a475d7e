import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { freePort } from '../support/freePort.ts';
import { read } from '../support/sessions.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { startWebServer } from '../support/webServer.ts';
import { openPortsView, rowAction, rows, status } from './pages/sshPorts.ts';
import {
  answerDialog,
  chosenRow,
  dialog,
  openWorkbench,
  quickInput,
  quickPickRow,
  runCommand,
  screenshot,
  toast,
} from './pages/workbench.ts';

const scope = new Scope();
let sshd: Sshd;
let page: Page;
let port: number;

before(async () => {
  ({ port } = scope.add(await startWebServer('hello from the remote')));
  sshd = await startSshd();
  scope.defer(() => sshd.stop());
  addHost('stranger', [
    'StrictHostKeyChecking ask',
    `UserKnownHostsFile ${path.join(sshd.folder, 'empty_known_hosts')}`,
  ]);
  const changed = path.join(sshd.folder, 'changed_known_hosts');
  fs.writeFileSync(changed, `[127.0.0.1]:${sshd.port} ${otherKey()}\n`);
  addHost('changed', [`UserKnownHostsFile ${changed}`]);
  const workbench = scope.add(
    await openWorkbench({ settings: { 'sshPorts.configFile': sshd.configFile, 'sshPorts.autoForward': 'off' } }),
  );
  page = workbench.page;
  await openPortsView(page);
});
after(() => scope.close());

/** Another alias of the same sshd. What a block says first wins. */
function addHost(name: string, lines: readonly string[]): void {
  const block = fs
    .readFileSync(sshd.configFile, 'utf8')
    .split('\n')
    .filter((line) => /HostName|Port|User |Identit/u.test(line));
  fs.appendFileSync(
    sshd.configFile,
    [`Host ${name}`, ...lines.map((line) => `  ${line}`), ...block.slice(0, 5), ''].join('\n'),
  );
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

function otherKey(): string {
  const file = path.join(sshd.folder, 'other');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  return fs.readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
}

test('a host connects when its row is clicked, and what listens there appears', async () => {
  await rows(page, 'devbox', 1).click();
  await rows(page, String(port), 2).waitFor();
});

test('the Enter key chooses the host that begins as it is typed, before the typed one', async () => {
  await runCommand(page, 'SSH Ports: Connect to Host');
  await quickInput(page).fill('cha');
  await quickPickRow(page, 'Use what you typed').waitFor();
  await chosenRow(page, 'changed').waitFor();
  await page.keyboard.press('Escape');
});

test('the Enter key chooses the port that is typed, beside a server whose port begins alike', async () => {
  const begun = String(port).slice(0, -1);
  await runCommand(page, 'SSH Ports: Forward Port');
  await quickPickRow(page, 'devbox').first().click();
  await quickPickRow(page, String(port)).first().waitFor();
  await quickInput(page).fill(begun);
  await chosenRow(page, `local ${begun} → localhost:${begun} from devbox`).waitFor();
  await quickInput(page).fill(String(port));
  await chosenRow(page, new RegExp(`^${port}(?!.*from devbox)`, 'u')).waitFor();
  await page.keyboard.press('Escape');
});

test('Forward Port asks for a host, then for a port, and checks what is typed as it is typed', async () => {
  await runCommand(page, 'SSH Ports: Forward Port');
  await quickPickRow(page, 'devbox').first().click();
  await quickPickRow(page, String(port)).first().waitFor();
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
  await runCommand(page, 'Notifications: Clear All Notifications');
});

test('a pasted command is understood, host and all', async () => {
  const local = await freePort();
  await runCommand(page, 'SSH Ports: Forward Port');
  await quickInput(page).fill(`ssh -N -L localhost:${local}:localhost:${port} devbox`);
  await quickPickRow(page, 'devbox').last().waitFor();
  await screenshot(page, 'forward-port-command');
  await quickPickRow(page, `localhost:${port}`).click();
  await until('the page', async () => (await read(local)) === 'hello from the remote');
  await runCommand(page, 'Notifications: Clear All Notifications');
});

test('a forward stops with the button in its row', async () => {
  const text = await rows(page, /localhost:\d+/u, 2)
    .first()
    .innerText();
  const address = /localhost:\d+/u.exec(text)?.[0] ?? '';
  assert.notEqual(address, '');
  await rowAction(rows(page, address, 2), /Stop Forwarding/u);
  await until('nothing there', async () => (await read(Number(address.split(':')[1]))) === undefined);
});

test('opening a port to the network asks first and says for how long', async () => {
  const local = await freePort();
  await runCommand(page, 'SSH Ports: Forward Port');
  await quickInput(page).fill(`ssh -L 0.0.0.0:${local}:localhost:${port} devbox`);
  await quickPickRow(page, `localhost:${port}`).click();
  await dialog(page, 'Open for 1 hour').waitFor();
  await screenshot(page, 'share-question');
  await answerDialog(page, 'Open for 1 hour');
  await rows(page, 'shared, 60 min left', 2).waitFor();
  await screenshot(page, 'shared');
  assert.match(await status(page).innerText(), /2 · devbox/u);
  await runCommand(page, 'Notifications: Clear All Notifications');
});

test('a SOCKS proxy for the network is opened with a password, which its clients have to give', async () => {
  const proxy = await freePort();
  await runCommand(page, 'SSH Ports: Forward Port');
  await quickPickRow(page, 'devbox').first().click();
  await page.locator('.quick-input-widget', { hasText: 'Forward Port from devbox' }).waitFor();
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
  await until('the page, without', async () => (await throughProxy('', proxy)) === 'hello from the remote');
  await runCommand(page, 'Notifications: Clear All Notifications');
});

test('an unknown host key is shown with its fingerprint and remembered when it is accepted', async () => {
  await rows(page, 'stranger', 1).click();
  await dialog(page, 'SHA256:').waitFor();
  await screenshot(page, 'host-key');
  await answerDialog(page, 'Accept and Remember');
  await rows(page, /stranger.*connected/su, 1).waitFor();
  assert.match(fs.readFileSync(path.join(sshd.folder, 'empty_known_hosts'), 'utf8'), /ssh-ed25519|ecdsa/u);
});

test('a changed host key is refused with the file and the line, and no way to click it away', async () => {
  await rows(page, 'changed', 1).click();
  await rows(page, /host key of changed has CHANGED/u, 1).waitFor();
  await screenshot(page, 'host-key-changed');
  assert.equal(await dialog(page).count(), 0);
});
