import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Scope } from '../../src/base/scope.ts';
import { realServers } from '../../test/integration/detect/servers.ts';
import { start, stop } from '../../test/support/child.ts';
import { type OwnNetwork, startOwnNetwork } from '../../test/support/ownNetwork.ts';
import { startSshd } from '../../test/support/sshd.ts';
import { connect, expand, openPortsView, rows } from '../../test/ui/pages/sshPorts.ts';
import { openWorkbench, quickInput, quickPickRow, toast, clearNotifications } from '../../test/ui/pages/workbench.ts';

/** The names of `realServers` that are there when the host is connected, at their usual ports. */
const neighbours: Readonly<Record<number, string>> = {
  6379: 'redis-server',
  8000: 'manage.py runserver',
  8888: 'jupyter notebook',
};

/** What the developer works on. */
const app = `from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return "<h1>Hello from devbox</h1>"
`;

/** Takes `ports.png` and `path.png`: a remote with some servers, seen in the editor. Needs root and Linux. */
export async function takeScenes(folder: string, scope: Scope): Promise<void> {
  const network = await startOwnNetwork();
  scope.defer(() => network.stop());
  const sshd = await startSshd({ runner: network.runner });
  scope.defer(() => sshd.stop());
  await network.open(sshd.port);
  const settings = { 'sshPorts.configFile': sshd.configFile, 'workbench.colorTheme': 'Default Dark Modern' };
  const workbench = scope.add(await openWorkbench({ settings }));
  const { page } = workbench;
  await page.setViewportSize({ width: 1080, height: 640 });
  for (const [port, name] of Object.entries(neighbours)) startServer(network, scope, name, Number(port));

  fs.writeFileSync(path.join(workbench.folder, 'app.py'), app);
  await openFile(page, 'app.py');
  await openPortsView(page);
  await connect(page, 'devbox');
  await expand(rows(page, 'devbox', 1).first());
  for (const name of ['Redis', 'Django', 'Jupyter']) await rows(page, name, 2).first().waitFor({ timeout: 60_000 });
  const flask = startServer(network, scope, 'flask run', 5000);
  await toast(page, 'localhost:5000').waitFor();
  await page.mouse.move(540, 320);
  await page.screenshot({ path: path.join(folder, 'ports.png'), animations: 'disabled' });

  await clearNotifications(page);
  await flask.stop();
  await rows(page, '5000', 2).first().click({ button: 'right' });
  await page.locator('.monaco-menu .action-label', { hasText: 'Show Path' }).click();
  await page.mouse.move(540, 600);
  const view = page.frameLocator('iframe.webview').frameLocator('iframe');
  await view.getByText('Broken at').waitFor();
  await page.screenshot({ path: path.join(folder, 'path.png'), animations: 'disabled' });
}

async function openFile(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+P');
  await quickInput(page).fill(name);
  await quickPickRow(page, name).first().click();
  await page.locator('.monaco-editor .view-line', { hasText: 'Flask' }).first().waitFor();
}

/** Starts one of `realServers` on the remote. */
function startServer(network: OwnNetwork, scope: Scope, name: string, port: number): { stop(): Promise<void> } {
  const server = realServers.find((each) => each.name === name);
  if (server === undefined) throw new Error(`There is no server ${name} in realServers.`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'project-'));
  scope.defer(() => fs.rmSync(folder, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(server.files?.(port, folder) ?? {})) {
    fs.writeFileSync(path.join(folder, file), text);
  }
  const [nsenter, ...inside] = network.runner;
  const env = { ...process.env, HOME: folder, ...server.env };
  const child = start(nsenter, [...inside, ...server.run(port, folder)], { cwd: folder, stdio: 'ignore', env });
  const end = { stop: () => stop(child) };
  scope.defer(end.stop);
  return end;
}
