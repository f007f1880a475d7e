import assert from 'node:assert/strict';
import { type ChildProcess, execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { realServers } from '../integration/detect/servers.ts';
import { start, stop } from '../support/child.ts';
import { noOwnNetwork, type OwnNetwork, startOwnNetwork } from '../support/ownNetwork.ts';
import { read } from '../support/sessions.ts';
import { startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { connect, icon, openPortsView, rows } from './pages/sshPorts.ts';
import { openWorkbench, runCommand, screenshot, toast, type Workbench } from './pages/workbench.ts';

const skip = noOwnNetwork;
const scope = new Scope();
let network: OwnNetwork;
let workbench: Workbench;
let page: Page;
let flask: Project;

before(async () => {
  if (skip) return;
  network = await startOwnNetwork();
  scope.defer(() => network.stop());
  const sshd = await startSshd({ runner: network.runner });
  scope.defer(() => sshd.stop());
  await network.open(sshd.port);
  workbench = scope.add(await openWorkbench({ settings: { 'sshPorts.configFile': sshd.configFile } }));
  ({ page } = workbench);
  await openPortsView(page);
  await connect(page, 'devbox');
  await rows(page, /connected/u, 1).waitFor();
  await rows(page, 'SSH', 2).waitFor();
});
after(() => scope.close());

/** What a developer has on the remote, and starts and stops in a terminal there. */
interface Project {
  start(): void;
  stop(): Promise<void>;
}

/** As the tests of identification start it, at its usual port. */
function project(name: string, port: number): Project {
  const server = realServers.find((each) => each.name === name);
  assert.ok(server);
  const folder = newFolder();
  for (const [file, text] of Object.entries(server.files?.(port, folder) ?? {})) {
    fs.writeFileSync(path.join(folder, file), text);
  }
  return serve(folder, server.run(port, folder));
}

/** What `npm create vite` and `npm install` leave, as small as can be. */
async function viteProject(): Promise<Project> {
  const folder = newFolder();
  const manifest = { private: true, scripts: { dev: 'vite' }, devDependencies: { vite: '8.3.8' } };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  fs.writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>My shop</title><h1>Hello from Vite</h1>');
  const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await promisify(execFile)('npm', ['install', ...quiet], { cwd: folder, timeout: 120_000 });
  return serve(folder, ['npm', 'run', 'dev']);
}

function newFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'project-'));
  scope.defer(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function serve(folder: string, command: readonly string[]): Project {
  const [nsenter, ...inside] = network.runner;
  let child: ChildProcess | undefined;
  const end = async (): Promise<void> => (child ? stop(child) : undefined);
  scope.defer(end);
  return {
    start: () => {
      child = start(nsenter, [...inside, ...command], { cwd: folder, stdio: 'ignore' });
    },
    stop: end,
  };
}

const row = (port: number, text: string): Locator => rows(page, new RegExp(`^\\s*${port}.*${text}`, 'su'), 2);

/** The local port in the row of a forward. */
async function localPort(port: number): Promise<number> {
  const text = await row(port, '→ localhost:').innerText();
  return Number(/localhost:(\d+)/u.exec(text)?.[1]);
}

test('flask run is named, forwarded and announced, and its page answers', { skip }, async () => {
  await rows(page, 'Nothing else listens yet', 2).waitFor();
  await screenshot(page, 'servers-1-connected');
  flask = project('flask run', 5000);
  flask.start();
  await row(5000, 'Flask').waitFor();
  const local = await localPort(5000);
  await toast(page, `Flask on devbox:5000 → http://localhost:${local}`).waitFor();
  await screenshot(page, 'servers-2-flask');
  assert.equal(await icon(row(5000, 'Flask')), 'beaker');
  assert.deepEqual(await toast(page, '').locator('.monaco-button').allInnerTexts(), [
    'Open in Browser',
    'Preview in Editor',
    'Don’t Forward',
  ]);
  assert.match((await read(local)) ?? '', /Hello &amp; welcome/u);
});

test('a server that stops is greyed, its notice says so, and its local port returns with it', { skip }, async () => {
  const local = await localPort(5000);
  await flask.stop();
  await row(5000, `Flask.*server stopped; localhost:${local} returns with it`).waitFor();
  assert.equal(await icon(row(5000, 'server stopped')), 'circle-slash');
  assert.equal(await read(local), undefined);
  await toast(page, 'Flask').getByRole('button', { name: 'Open in Browser' }).click();
  await toast(page, 'Flask on devbox:5000 has stopped.').waitFor();
  await screenshot(page, 'servers-3-stopped');

  flask.start();
  await row(5000, `→ localhost:${local}`).waitFor();
  await until('the page', async () => (await read(local))?.includes('Hello &amp; welcome'));
  assert.equal(await icon(row(5000, 'Flask')), 'beaker');
  await screenshot(page, 'servers-4-returned');
  await runCommand(page, 'Notifications: Clear All Notifications');
});

test('servers that start together are one notice', { skip }, async () => {
  const vite = await viteProject();
  const files = project('python3 -m http.server', 8000);
  vite.start();
  files.start();
  await row(5173, 'Vite').waitFor();
  await row(8000, 'Python http.server').waitFor();
  await toast(page, 'Also forwarded').waitFor();
  await screenshot(page, 'servers-5-burst');
  assert.equal(await toast(page, '').count(), 1);
  assert.equal(await icon(row(5173, 'Vite')), 'zap');
  assert.equal(await icon(row(8000, 'Python http.server')), 'files');
  assert.match((await read(await localPort(5173))) ?? '', /Hello from Vite/u);
  assert.match((await read(await localPort(8000))) ?? '', /Hello &amp; welcome/u);
  await runCommand(page, 'Notifications: Clear All Notifications');
});

test(
  'a database is named and left alone, and what somebody does not want is never asked about again',
  { skip },
  async () => {
    const redis = project('redis-server', 6379);
    redis.start();
    await row(6379, 'Redis').waitFor();
    assert.equal(await icon(row(6379, 'Redis')), 'database');

    const wsgi = project('a plain WSGI application', 8100);
    wsgi.start();
    const notice = toast(page, 'Python WSGI on devbox:8100');
    await notice.waitFor();
    await screenshot(page, 'servers-6-database');
    assert.doesNotMatch(await notice.innerText(), /6379/u);
    await notice.getByRole('button', { name: 'Don’t Forward' }).click();
    const done = toast(page, 'Port 8100 of devbox is not forwarded any more');
    await done.waitFor();
    await screenshot(page, 'servers-7-declined');
    await done.getByRole('button', { name: 'Don’t Ask Again for Python WSGI' }).click();
    const settings = path.join(workbench.server.profile.userData, 'User', 'settings.json');
    await until('the rule', () => fs.readFileSync(settings, 'utf8').includes('python-wsgi'));

    project('a plain WSGI application', 8101).start();
    await row(8101, 'Python WSGI').waitFor();
    const other = project('php -S', 8200);
    other.start();
    await row(8200, '→ localhost:').waitFor();
    await screenshot(page, 'servers-8-never-again');
    assert.equal(await row(8101, '→').count(), 0);
    assert.equal(await row(6379, '→').count(), 0);
  },
);
