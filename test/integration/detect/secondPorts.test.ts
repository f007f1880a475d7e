import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { start, stop } from '../../support/child.ts';
import { freePort, freeServerPort } from '../../support/freePort.ts';
import { type TestSessions } from '../../support/sessions.ts';
import { until } from '../../support/until.ts';
import { type WatchedHost, watchHost } from './watchedHost.ts';

let devbox: WatchedHost;
let app: TestSessions;
let folder: string;

before(async () => {
  devbox = await watchHost();
  ({ app, folder } = devbox);
});
after(() => devbox.stop());

/** A dev server with a page, a WebSocket server that refuses all else, LiveReload, which never answers `/`, and a worker. */
const stack = (page: number, webSocket: number): string => `
const http = require('http'), net = require('net'), { fork } = require('child_process');
const host = '127.0.0.1';
http.createServer((_, response) => response.end('<title>Page</title>')).listen(${page}, host);
http.createServer((_, response) => response.writeHead(426).end('Upgrade Required')).listen(${webSocket}, host);
net.createServer(() => undefined).listen(35729, host);
fork('worker.cjs');
`;
const workerOf = (port: number): string =>
  `require('http').createServer((_, response) => response.end('worker')).listen(${port}, '127.0.0.1');\n`;

void test(
  'the second ports of a dev server are forwarded beside its page, and only the page is announced',
  { timeout: 60_000 },
  async () => {
    const [page, webSocket, worker] = [await freeServerPort(), await freeServerPort(), await freePort()];
    fs.writeFileSync(path.join(folder, 'server.cjs'), stack(page, webSocket));
    fs.writeFileSync(path.join(folder, 'worker.cjs'), workerOf(worker));
    const child = start(process.execPath, ['server.cjs'], { cwd: folder });
    try {
      const ports = [page, webSocket, 35_729, worker];
      await until('all forwards', () => ports.every((port) => app.forwardOf(port)?.status.kind === 'open'));
      await until('the notice', () => app.announced.length > 0);
      assert.deepEqual(app.announced, [page]);
      const name = (port: number) => app.host().remotePorts.find((each) => each.port === port)?.program;
      assert.deepEqual([name(webSocket)?.framework, name(webSocket)?.scheme], ['websocket', undefined]);
      assert.equal(name(35_729)?.framework, 'livereload');
      assert.equal(name(worker)?.isUnasked, true);
    } finally {
      await stop(child);
    }
  },
);

void test(
  'a port of the ephemeral range that belongs to no page is listed and not forwarded',
  { timeout: 60_000 },
  async () => {
    const [port, page] = [await freePort(), await freeServerPort()];
    fs.writeFileSync(path.join(folder, 'worker.cjs'), workerOf(port));
    fs.writeFileSync(path.join(folder, 'page.cjs'), workerOf(page));
    const children = ['worker.cjs', 'page.cjs'].map((file) => start(process.execPath, [file], { cwd: folder }));
    try {
      await until('the page', () => app.forwardOf(page)?.status.kind === 'open');
      await until('the other program', () => app.host().remotePorts.find((each) => each.port === port)?.program);
      assert.equal(app.forwardOf(port), undefined);
    } finally {
      for (const child of children) await stop(child);
    }
  },
);
