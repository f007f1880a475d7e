import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { type DevServer, greeting, startDevServer } from '../../support/devServer.ts';
import { type Memory, shortMemory } from '../../../src/core/session/memory/memory.ts';
import { localPort } from '../../../src/core/session/state.ts';
import { read, startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

void describe('flask run on a real remote', { timeout: 120_000 }, () => {
  let sshd: Sshd;
  let app: TestSessions;
  let folder: string;
  let flask: DevServer;
  let memories: { readonly memory: Memory; readonly windowMemory: Memory };

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flask-'));
    sshd = await startSshd();
  });

  after(async () => {
    await sshd.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    memories = { memory: shortMemory(), windowMemory: shortMemory() };
    app = await startSessions(sshd.configFile, {}, memories);
    await app.sessions.connect('devbox', never);
    await until('the first listing', () => app.host().detection.kind === 'watching');
    flask = await startDevServer(folder);
    assert.equal(flask.kind, 'flask');
  });

  afterEach(async () => {
    await app.sessions.close();
    await flask.stop();
  });

  /** Waits until the auto-forward of Flask answers. Returns its local port. */
  async function forwarded(): Promise<number> {
    await until('the page', async () => (await app.page(flask.port))?.includes(greeting));
    const forward = app.forwardOf(flask.port);
    return (forward && localPort(forward)) ?? 0;
  }

  void test('is detected by its answer, forwarded, announced once, and answers at the local port', async () => {
    await forwarded();
    await until('the announcement', () => app.announced.length > 0);
    const seen = app.host().remotePorts.find((each) => each.port === flask.port);
    assert.equal(seen?.program?.framework, 'flask');
    assert.equal(seen.program.evidence, 'answer');
    assert.deepEqual(app.announced, [flask.port]);
    assert.equal(app.forwardOf(flask.port)?.origin, 'auto');
  });

  void test('shows that its local port differs, for the remote of this test is this machine', async () => {
    const local = await forwarded();
    const forward = app.forwardOf(flask.port);
    assert.ok(forward?.status.kind === 'open');
    assert.equal(forward.status.instead?.port, flask.port);
    assert.equal(forward.status.instead.why.code, 'portInUse');
    assert.notEqual(local, flask.port);
  });

  void test('our own listeners, which the remote lists too, are not forwarded', async () => {
    const local = await forwarded();
    // A newer port: the listing that shows this port would show the forward's listener as well.
    const marker = http.createServer().listen(0, '127.0.0.1');
    await once(marker, 'listening');
    const { port } = marker.address() as AddressInfo;
    const isListed = (each: number): boolean => app.host().remotePorts.some(({ port: seen }) => seen === each);
    await until('the newer port', () => isListed(port));
    assert.equal(isListed(local), false);
    assert.equal(app.host().forwards.length, 1);
    marker.close();
  });

  void test('the switch closes the forward, and opens it at the same address', async () => {
    const local = await forwarded();
    await app.sessions.setForwarding(false);
    assert.equal(app.forwardOf(flask.port)?.status.kind, 'off');
    assert.equal(await read(local), undefined);
    await app.sessions.setForwarding(true);
    assert.match((await read(local)) ?? '', new RegExp(greeting, 'u'));
  });

  void test('answers at the same address after a restart of the SSH server', async () => {
    const local = await forwarded();
    await sshd.restart();
    await until('the page', async () => (await read(local))?.includes(greeting));
    assert.equal(app.host().link.kind, 'online');
  });

  void test('after a reload of the window, answers at the same address and is not announced again', async () => {
    const local = await forwarded();
    await until('the announcement', () => app.announced.length > 0);
    await app.sessions.close();
    assert.equal(await read(local), undefined);
    app = await startSessions(sshd.configFile, {}, memories);
    assert.deepEqual(app.sessions.left(), ['devbox']);
    await app.sessions.restore('left', 'background', never);
    await until('the page', async () => (await read(local))?.includes(greeting));
    assert.equal(app.forwardOf(flask.port)?.origin, 'auto');
    assert.deepEqual(app.announced, []);
  });

  void test('when the program stops, the listener closes; when it returns, the same port opens', async () => {
    const local = await forwarded();
    await flask.stop();
    await until('the forward to sleep', () => app.forwardOf(flask.port)?.status.kind === 'dormant');
    assert.equal(await read(local), undefined);
    const { port } = flask;
    flask = await startDevServer(folder);
    assert.equal(flask.port, port, 'the dev server came back at another port');
    await until('the page', async () => (await read(local))?.includes(greeting));
  });

  void test('is auto-forwarded no more once the user stopped its forward, until the user asks for it', async () => {
    const local = await forwarded();
    const forward = app.forwardOf(flask.port);
    assert.ok(forward);
    await app.sessions.stopForward('devbox', forward.id);
    assert.equal(await read(local), undefined);
    app.sessions.refresh();
    assert.equal(app.forwardOf(flask.port), undefined);
    await app.sessions.forwardPort('devbox', flask.port, never);
    assert.match((await app.page(flask.port)) ?? '', new RegExp(greeting, 'u'));
  });

  void test('disconnecting ends every listener', async () => {
    const local = await forwarded();
    await app.sessions.disconnect('devbox');
    assert.equal(await read(local), undefined);
    assert.deepEqual(app.host().forwards, []);
  });
});
