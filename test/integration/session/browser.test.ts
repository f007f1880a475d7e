import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { Scope } from '../../../src/base/scope.ts';
import { browserProxy } from '../../../src/core/session/forwards/forwardRequests.ts';
import { localPort } from '../../../src/core/session/state.ts';
import { runBrowser } from '../../../src/core/session/browser/runBrowser.ts';
import { start, stop } from '../../support/child.ts';
import { noOwnNetwork, startOwnNetwork } from '../../support/ownNetwork.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { findChromium } from '../../support/vscode/findChromium.ts';
import { startWebServer } from '../../support/webServer.ts';

const skip = noOwnNetwork;
const scope = new Scope();
let app: TestSessions;
let port: number;
let folder: string;

before(async () => {
  if (skip) return;
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'browser-'));
  scope.defer(() => fs.rmSync(folder, { recursive: true, force: true }));
  // The same port serves one page on this machine, and another one on the remote.
  ({ port } = scope.add(await startWebServer('<h1>this machine</h1>', { 'content-type': 'text/html' })));
  fs.writeFileSync(path.join(folder, 'index.html'), '<h1>the remote</h1>');
  const network = await startOwnNetwork();
  scope.defer(() => network.stop());
  const sshd = await startSshd({ runner: network.runner });
  scope.defer(() => sshd.stop());
  await network.open(sshd.port);
  const [nsenter, ...inside] = network.runner;
  const server = start(nsenter, [...inside, 'python3', '-m', 'http.server', String(port), '--directory', folder]);
  scope.defer(() => stop(server));
  app = await startSessions(sshd.configFile, { autoForward: 'off' });
  scope.defer(() => app.sessions.close());
  await app.sessions.connect('devbox', never);
  await until('the page of the remote', () => app.host().remotePorts.some((each) => each.port === port));
});
after(() => scope.close());

/** Chromium as a tool that prints the page. Root needs it without its sandbox. */
function printingBrowser(printed: string): string {
  const file = path.join(folder, 'chromium-that-prints');
  const flags = '--headless --no-sandbox --disable-gpu --dump-dom';
  fs.writeFileSync(
    file,
    `#!/bin/sh\necho "$@" > '${printed}.args'\nexec '${findChromium()}' ${flags} "$@" > '${printed}'\n`,
  );
  fs.chmodSync(file, 0o755);
  return file;
}

test('a browser through the host shows the host’s localhost, and its profile goes with it', { skip }, async () => {
  const forward = await app.sessions.forward('devbox', browserProxy, never);
  const proxyPort = localPort(forward);
  assert.ok(proxyPort);
  const printed = path.join(folder, 'page');
  const page = `http://localhost:${port}/`;
  assert.equal(await runBrowser({ file: printingBrowser(printed), proxyPort, page }, never), 0);
  assert.match(fs.readFileSync(printed, 'utf8'), /the remote/);
  const [, profile = ''] = /--user-data-dir=(\S+)/u.exec(fs.readFileSync(`${printed}.args`, 'utf8')) ?? [];
  assert.match(profile, /ssh-ports-browser-/);
  assert.equal(fs.existsSync(profile), false);
});

test('a browser ends when the extension ends, and its profile goes too', { skip }, async () => {
  const closing = new AbortController();
  const file = path.join(folder, 'browser-that-stays');
  const started = path.join(folder, 'started');
  fs.writeFileSync(file, `#!/bin/sh\necho "$@" > '${started}'\nexec sleep 600\n`);
  fs.chmodSync(file, 0o755);
  const ended = runBrowser({ file, proxyPort: 1, page: 'about:blank' }, closing.signal);
  const args = await until('the arguments', () =>
    fs.existsSync(started) ? fs.readFileSync(started, 'utf8').trim() : undefined,
  );
  closing.abort();
  assert.equal(await ended, undefined);
  assert.equal(fs.existsSync(/--user-data-dir=(\S+)/u.exec(args)?.[1] ?? ''), false);
});

test('a browser that does not exist is an error', { skip }, async () => {
  await assert.rejects(runBrowser({ file: path.join(folder, 'missing'), proxyPort: 1, page: 'about:blank' }, never), {
    code: 'ENOENT',
  });
});
