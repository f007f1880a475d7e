import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { never } from '../../../src/base/delay.ts';
import { Scope } from '../../../src/base/scope.ts';
import { certificates } from '../../../src/core/front/certificates/certificates.ts';
import { forwardUrl } from '../../../src/view/forwardText.ts';
import { start, stop } from '../../support/child.ts';
import { freeServerPort } from '../../support/freePort.ts';
import { installModules } from '../../support/npmModules.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { openBrowser } from '../../support/vscode/browser.ts';
import { npmPackages } from '../detect/servers.ts';
import { django, flask, node, type ServerFiles, sinatra, vite } from './browserServers.ts';

/** Chromium trusts the authority as it does a user's: by the NSS database of its home folder, and no flag. */
const whole = new Scope();
const each = { scope: new Scope() };
let sshd: Sshd;
let app: TestSessions;
let page: Page;

before(async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'browser-'));
  whole.defer(() => fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  Object.assign(process.env, { XDG_DATA_HOME: path.join(home, 'data'), CAROOT: path.join(home, 'mkcert') });
  const database = path.join(home, '.pki', 'nssdb');
  fs.mkdirSync(database, { recursive: true });
  const nss = (...args: readonly string[]): Buffer => execFileSync('certutil', ['-d', `sql:${database}`, ...args]);
  nss('-N', '--empty-password');
  nss('-A', '-t', 'C,,', '-n', 'SSH Ports', '-i', certificates.local().file);
  sshd = await startSshd();
  whole.defer(() => sshd.stop());
  app = await startSessions(sshd.configFile, { autoForward: 'off' });
  whole.defer(() => app.sessions.close());
  await app.sessions.connect('devbox', never);
  ({ page } = whole.add(await openBrowser(home)));
});
after(() => whole.close());
afterEach(async () => {
  await page.goto('about:blank');
  await each.scope.close();
  each.scope = new Scope();
});

/** Starts a server on the remote, forwards it with HTTPS, and opens its page. Returns the server's folder. */
async function open({ files, run }: ServerFiles, modules?: string): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'server-'));
  each.scope.defer(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  if (modules !== undefined) fs.symlinkSync(path.join(modules, 'node_modules'), path.join(folder, 'node_modules'));
  const port = await freeServerPort();
  const [program, ...args] = run(port);
  const child = start(program, args, { cwd: folder, stdio: 'ignore' });
  each.scope.defer(() => stop(child));
  await until('the server', async () => (await fetch(`http://127.0.0.1:${port}/`)).status < 500);
  await until('it is known', () => app.host().remotePorts.find((seen) => seen.port === port)?.program?.scheme);
  const { id } = await app.sessions.forwardPort('devbox', port, never);
  each.scope.defer(() => app.sessions.stopForward('devbox', id));
  await app.sessions.forwardsOf('devbox').serveHttps(id, true, never);
  const forward = app.forwardOf(port);
  assert.ok(forward);
  await page.goto(forwardUrl(app.host(), forward) ?? '');
  assert.match(page.url(), /^https:/);
  const protocol = await page.evaluate<string>(`performance.getEntriesByType('navigation')[0].nextHopProtocol`);
  assert.equal(protocol, 'h2');
  return folder;
}

test('Flask: a form, a cookie and a redirect with an absolute address', async () => {
  await open(flask);
  await page.getByRole('button').click();
  await page.getByText('got hello').waitFor();
  assert.match(page.url(), /^https:.*\/done$/);
});

test('Django: a POST that its CSRF check accepts', async () => {
  await open(django);
  await page.getByRole('button').click();
  await page.getByText('got it').waitFor();
});

test('Sinatra: a POST that rack-protection accepts, a session and a redirect', async () => {
  await open(sinatra);
  await page.getByRole('button').click();
  await page.getByText('got hello').waitFor();
  assert.match(page.url(), /^https:.*\/done$/);
});

test('Node: server-sent events, a WebSocket, and 200 MB in both directions, in a secure context', async () => {
  const folder = await open(node);
  assert.ok(await page.evaluate<boolean>('isSecureContext'));
  assert.deepEqual(await page.evaluate(threeEvents), ['1', '2', '3']);
  assert.equal(await page.evaluate(webSocketEcho), 'hello');
  // Chromium keeps a whole upload in shared memory, so curl carries it.
  const file = path.join(folder, 'body');
  fs.writeFileSync(file, Buffer.alloc(200 * 1024 * 1024, 7));
  const sum = execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64);
  assert.equal(await curl(`${page.url()}upload`, '-T', file), sum);
  await curl(`${page.url()}download`, '-o', `${file}.back`);
  assert.equal(execFileSync('sha256sum', [`${file}.back`], { encoding: 'utf8' }).slice(0, 64), sum);
});

// Scripts of the page.
const threeEvents = `new Promise((resolve) => {
  const source = new EventSource('/events'), seen = [];
  source.onmessage = ({ data }) => {
    if (seen.push(data) === 3) source.close(), resolve(seen);
  };
})`;
const webSocketEcho = `new Promise((resolve, reject) => {
  const socket = new WebSocket('wss://' + location.host + '/ws');
  socket.onopen = () => socket.send('hello');
  socket.onmessage = ({ data }) => resolve(data);
  socket.onerror = () => reject(new Error('no WebSocket'));
})`;
async function curl(url: string, ...more: readonly string[]): Promise<string> {
  const args = ['-sS', '--http2', '--noproxy', '*', '--cacert', certificates.local().file, ...more, url];
  return (await promisify(execFile)('curl', args)).stdout;
}

test('Vite: a change appears without a reload, also after the SSH connection was lost and came back', async (t) => {
  const modules = await installModules({ vite: npmPackages.vite });
  if (modules === undefined) return t.skip('npm cannot install Vite');
  each.scope.defer(() => fs.rmSync(modules, { recursive: true, force: true, maxRetries: 5 }));
  const folder = await open(vite, modules);
  const change = (word: string): void =>
    fs.writeFileSync(path.join(folder, 'word.js'), `export const word = "${word}";\n`);
  const loads = (): Promise<number> => page.evaluate<number>('window.loads');
  await page.getByText('first').waitFor();
  change('second');
  await page.getByText('second').waitFor();
  assert.equal(await loads(), 1);
  const reloaded = page.waitForEvent('load');
  await sshd.restart();
  await reloaded; // Vite's client notices the lost WebSocket, waits for its server, and loads the page again
  await page.getByText('second').waitFor();
  change('third');
  await page.getByText('third').waitFor();
  return undefined;
});
