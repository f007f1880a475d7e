import assert from 'node:assert/strict';
import { type ChildProcess, execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { Scope } from '../../src/base/scope.ts';
import { npmPackages, realServers } from '../integration/detect/servers.ts';
import { start, stop } from '../support/child.ts';
import { noOwnNetwork, type OwnNetwork, startOwnNetwork } from '../support/ownNetwork.ts';
import { read } from '../support/sessions.ts';

import { until } from '../support/until.ts';
import { openConnectedWindow } from './pages/portsWindow.ts';
import { icon, rows } from './pages/sshPorts.ts';
import {
  answerDialog,
  dialog,
  screenshot,
  screenshotOfFailure,
  toast,
  type Workbench,
  clearNotifications,
} from './pages/workbench.ts';

const skip = noOwnNetwork;
const scope = new Scope();
let network: OwnNetwork;
let workbench: Workbench;
let page: Page;

/** One rule of each kind. Each rule matches ports of one test alone. */
const rules = {
  'remote.portsAttributes': { 8300: { label: 'My blog', onAutoForward: 'silent' } },
  'sshPorts.hosts': { devbox: { portsAttributes: { 'http\\.server 8301$': { onAutoForward: 'ignore' } } } },
  'sshPorts.portsAttributes': {
    '8302-8303': { onAutoForward: 'openBrowserOnce' },
    8303: { onAutoForward: 'openBrowser' },
  },
};

before(async () => {
  if (skip) return;
  network = await startOwnNetwork();
  scope.defer(() => network.stop());
  workbench = await openConnectedWindow(scope, {
    sshd: { runner: network.runner },
    prepare: (sshd) => network.open(sshd.port),
    settings: rules,
  });
  ({ page } = workbench);
  await rows(page, 'SSH', 2).waitFor();
  await rows(page, 'Nothing else listens yet', 2).waitFor();
  await screenshot(page, 'servers-1-connected');
});
after(() => scope.close());
beforeEach(async () => {
  if (!skip) await clearNotifications(page);
});
afterEach((t) => screenshotOfFailure(t, page));

/** A dev server on the remote, which its developer starts and stops. It stops with its test at the latest. */
interface Project {
  start(): void;
  stop(): Promise<void>;
}

/** One of the servers that the identification tests use. */
function project(t: TestContext, name: string, port: number): Project {
  const server = realServers.find((each) => each.name === name);
  assert.ok(server);
  assert.ok(fs.existsSync(server.run(port, '.')[0]), `needs Debian's ${server.debian}`);
  const folder = newFolder(t);
  for (const [file, text] of Object.entries(server.files?.(port, folder) ?? {})) {
    fs.writeFileSync(path.join(folder, file), text);
  }
  return serve(t, folder, server.run(port, folder));
}

/** A minimal project as `npm create vite` and `npm install` leave it. */
async function viteProject(t: TestContext): Promise<Project> {
  const folder = newFolder(t);
  const manifest = { private: true, scripts: { dev: 'vite' }, devDependencies: { vite: npmPackages.vite } };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  fs.writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>My shop</title><h1>Hello from Vite</h1>');
  const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await promisify(execFile)('npm', ['install', ...quiet], { cwd: folder, timeout: 120_000 });
  return serve(t, folder, ['npm', 'run', 'dev']);
}

/** A program that serves a page at one port and a JSON interface at another. */
function appAndApi(t: TestContext, { app, api }: { readonly app: number; readonly api: number }): Project {
  const folder = newFolder(t);
  const code = `
    const { createServer } = require('http');
    createServer((_, answer) => answer.writeHead(404).end('{"error":"not found"}')).listen(${api}, '127.0.0.1');
    createServer((_, answer) => answer.end('<title>My shop</title>')).listen(${app}, '127.0.0.1');`;
  fs.writeFileSync(path.join(folder, 'server.js'), code);
  return serve(t, folder, [process.execPath, 'server.js']);
}

function newFolder(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'project-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function serve(t: TestContext, folder: string, command: readonly string[]): Project {
  const [nsenter, ...inside] = network.runner;
  let child: ChildProcess | undefined;
  const end = async (): Promise<void> => (child ? stop(child) : undefined);
  t.after(end);
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
  const text = await row(port, '→ ').innerText();
  return Number(/→ (\d+)/u.exec(text)?.[1]);
}

test('flask run is named, forwarded and announced, and its page answers', { skip }, async (t) => {
  project(t, 'flask run', 5000).start();
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

test('a server that stops is greyed, its notice says so, and its local port returns with it', { skip }, async (t) => {
  const flask = project(t, 'flask run', 5001);
  flask.start();
  await toast(page, 'Flask on devbox:5001').waitFor();
  const local = await localPort(5001);
  await flask.stop();
  await row(5001, `Flask.*server stopped; localhost:${local} returns with it`).waitFor();
  assert.equal(await icon(row(5001, 'server stopped')), 'circle-slash');
  assert.equal(await read(local), undefined);
  await toast(page, 'Flask').getByRole('button', { name: 'Open in Browser' }).click();
  await toast(page, 'Flask on devbox:5001 has stopped.').waitFor();
  await screenshot(page, 'servers-3-stopped');

  flask.start();
  await row(5001, `→ ${local}`).waitFor();
  await until('the page', async () => (await read(local))?.includes('Hello &amp; welcome'));
  assert.equal(await icon(row(5001, 'Flask')), 'beaker');
  await screenshot(page, 'servers-4-returned');
});

test('npm run dev with Vite is named, forwarded and announced, and its page answers', { skip }, async (t) => {
  (await viteProject(t)).start();
  await toast(page, 'Vite on devbox:5173 → http://localhost:').waitFor();
  await screenshot(page, 'servers-5-vite');
  assert.equal(await icon(row(5173, 'Vite')), 'zap');
  assert.match((await read(await localPort(5173))) ?? '', /Hello from Vite/u);
});

test('python -m http.server is named, forwarded and announced once, and its page answers', { skip }, async (t) => {
  project(t, 'python3 -m http.server', 8000).start();
  await toast(page, 'Python http.server on devbox:8000 → http://localhost:').waitFor();
  assert.equal(await icon(row(8000, 'Python http.server')), 'files');
  assert.match((await read(await localPort(8000))) ?? '', /Hello &amp; welcome/u);
  assert.equal(await toast(page, '').count(), 1);
});

test('servers that start together share one notice, named for the server with a page', { skip }, async (t) => {
  appAndApi(t, { app: 8401, api: 8400 }).start();
  const notice = toast(page, 'Node.js on devbox:8401 → http://localhost:');
  await notice.waitFor();
  await screenshot(page, 'servers-6-burst');
  assert.match(await notice.innerText(), /Also forwarded: 8400 \(Node\.js\)\./u);
  assert.equal(await toast(page, '').count(), 1);
  assert.match((await read(await localPort(8400))) ?? '', /not found/u);
});

test('a database is named and neither forwarded nor announced', { skip }, async (t) => {
  project(t, 'redis-server', 6379).start();
  await row(6379, 'Redis').waitFor();
  assert.equal(await icon(row(6379, 'Redis')), 'database');

  // The notice of a later server shows that the turn of the database has passed.
  project(t, 'python3 -m http.server', 8001).start();
  const notice = toast(page, 'Python http.server on devbox:8001');
  await notice.waitFor();
  await screenshot(page, 'servers-7-database');
  assert.doesNotMatch(await notice.innerText(), /6379/u);
  assert.equal(await toast(page, '').count(), 1);
  assert.equal(await row(6379, '→').count(), 0);
});

test('a kind of server that the user declined for good is never forwarded again', { skip }, async (t) => {
  project(t, 'php -S', 8100).start();
  await toast(page, 'PHP on devbox:8100').getByRole('button', { name: 'Don’t Forward' }).click();
  const done = toast(page, 'Port 8100 of devbox is not forwarded any more');
  await done.waitFor();
  await screenshot(page, 'servers-8-declined');
  await done.getByRole('button', { name: 'Don’t Ask Again for PHP' }).click();
  const settings = path.join(workbench.server.profile.userData, 'User', 'settings.json');
  await until('the rule', () => fs.readFileSync(settings, 'utf8').includes('"php"'));

  project(t, 'php -S', 8101).start();
  await row(8101, 'PHP').waitFor();
  project(t, 'python3 -m http.server', 8200).start();
  await toast(page, 'Python http.server on devbox:8200').waitFor();
  await screenshot(page, 'servers-9-never-again');
  assert.equal(await row(8101, '→').count(), 0);
});

test('port rules of VS Code, of a host, for a range and for a command line are kept', { skip }, async (t) => {
  const site = (port: number): Project => project(t, 'python3 -m http.server', port);
  for (const port of [8300, 8301]) site(port).start();
  await row(8300, 'My blog').filter({ hasText: '→ 8300' }).waitFor();
  await row(8301, 'Python http.server').waitFor();

  const [once, always] = [site(8302), site(8303)];
  for (const [server, port] of [
    [once, 8302],
    [always, 8303],
  ] as const) {
    await opens(() => server.start());
    await server.stop();
    await row(port, 'server stopped').waitFor();
  }
  once.start();
  await row(8302, '→ ').waitFor();
  await opens(() => always.start());
  await row(8303, '→ ').waitFor();
  await screenshot(page, 'servers-10-rules');
  assert.equal(page.context().pages().length, 1);
  assert.equal(await row(8301, '→').count(), 0);
  assert.equal(await toast(page, '').count(), 0);
});

/** Expects that `act` makes the editor open the server's page in a new tab. Closes that tab. */
async function opens(act: () => void): Promise<void> {
  const opened = page.context().waitForEvent('page', { timeout: 30_000 });
  opened.catch(() => undefined);
  act();
  // VS Code asks once before it leaves for an address that it does not know.
  await until('a new tab, or the question about it', async () => {
    return page.context().pages().length > 1 || dialog(page).isVisible();
  });
  if (await dialog(page).isVisible()) await answerDialog(page, /^Open$/u);
  const tab = await opened;
  await tab.getByText('Hello').waitFor();
  await tab.close();
}
