import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { type DevServer, greeting, startDevServer } from '../../support/devServer.ts';
import { shortMemory } from '../../../src/core/session/memory.ts';
import { localPort } from '../../../src/core/session/state.ts';
import { read, startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

void describe('flask run on a real remote', { timeout: 120_000 }, () => {
  let sshd: Sshd;
  let app: TestSessions;
  let folder: string;
  let flask: DevServer;
  let local: number;
  const memories = { memory: shortMemory(), windowMemory: shortMemory() };

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flask-'));
    sshd = await startSshd();
    app = await startSessions(sshd.configFile, {}, memories);
    await app.sessions.connect('devbox', never);
    await until('the first listing', () => app.host().detection.kind === 'watching');
  });

  after(async () => {
    await app.sessions.close();
    await flask?.stop();
    await sshd.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  void test('is detected by its answer, forwarded, announced once, and answers at the local port', async () => {
    flask = await startDevServer(folder);
    assert.equal(flask.kind, 'flask');
    const forward = await until('the forward', () => app.forwardOf(flask.port));
    await until('the announcement', () => app.announced.length > 0);
    const seen = app.host().remotePorts.find((each) => each.port === flask.port);
    assert.equal(seen?.program?.framework, 'flask');
    assert.equal(seen.program.evidence, 'answer');
    assert.match((await app.page(flask.port)) ?? '', new RegExp(greeting, 'u'));
    assert.deepEqual(app.announced, [flask.port]);
    assert.equal(forward.origin, 'auto');
    local = localPort(app.forwardOf(flask.port) ?? forward) ?? 0;
  });

  void test('shows that its local port differs, for the remote of this test is this machine', () => {
    const forward = app.forwardOf(flask.port);
    assert.ok(forward?.status.kind === 'open');
    assert.equal(forward.status.instead?.port, flask.port);
    assert.equal(forward.status.instead.why.code, 'portInUse');
    assert.notEqual(local, flask.port);
  });

  void test('our own listeners, which the remote lists too, are not forwarded', async () => {
    // A newer port: the listing that shows this port would show the forward's listener as well.
    const marker = http.createServer().listen(0, '127.0.0.1');
    await once(marker, 'listening');
    const { port } = marker.address() as AddressInfo;
    const isListed = (each: number): boolean => app.host().remotePorts.some(({ port: seen }) => seen === each);
    await until('the newer listener', () => isListed(port));
    assert.equal(isListed(local), false);
    assert.equal(app.host().forwards.length, 1);
    marker.close();
  });

  void test('the switch closes the forward, and opens it at the same address', async () => {
    await app.sessions.setForwarding(false);
    assert.equal(app.forwardOf(flask.port)?.status.kind, 'off');
    assert.equal(await read(local), undefined);
    await app.sessions.setForwarding(true);
    assert.match((await read(local)) ?? '', new RegExp(greeting, 'u'));
  });

  void test('answers at the same address after a restart of the SSH server', async () => {
    await sshd.restart();
    await until('the page', async () => (await read(local))?.includes(greeting));
    assert.equal(app.host().link.kind, 'online');
  });

  void test('after a reload of the window, answers at the same address and is not announced again', async () => {
    await app.sessions.close();
    assert.equal(await read(local), undefined);
    app = await startSessions(sshd.configFile, {}, memories);
    assert.deepEqual(app.sessions.left(), ['devbox']);
    await app.sessions.restore('background', never);
    await until('the page', async () => (await read(local))?.includes(greeting));
    assert.equal(app.forwardOf(flask.port)?.origin, 'auto');
    assert.deepEqual(app.announced, []);
  });

  void test('when the program stops, the listener closes; when it returns, the same port opens', async () => {
    await flask.stop();
    await until('the forward to sleep', () => app.forwardOf(flask.port)?.status.kind === 'dormant');
    assert.equal(await read(local), undefined);
    const { port } = flask;
    flask = await startDevServer(folder);
    assert.equal(flask.port, port, 'the dev server came back at another port');
    await until('the page', async () => (await read(local))?.includes(greeting));
  });

  void test('is not auto-forwarded again after the user stopped its forward', async () => {
    const forward = app.forwardOf(flask.port);
    assert.ok(forward);
    await app.sessions.stopForward('devbox', forward.id);
    assert.equal(await read(local), undefined);
    app.sessions.refresh();
    assert.equal(app.forwardOf(flask.port), undefined);
  });

  void test('is forwarded again when the user asks for it', async () => {
    await app.sessions.forwardPort('devbox', flask.port, never);
    assert.match((await app.page(flask.port)) ?? '', new RegExp(greeting, 'u'));
  });

  void test('disconnecting ends every listener', async () => {
    const forward = app.forwardOf(flask.port);
    const port = forward && localPort(forward);
    assert.ok(port);
    await app.sessions.disconnect('devbox');
    assert.equal(await read(port), undefined);
    assert.deepEqual(app.host().forwards, []);
  });
});
