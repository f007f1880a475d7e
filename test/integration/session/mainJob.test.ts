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

  void test('is detected by its answer, forwarded, announced once, and answers here', async () => {
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

  void test('says that the local port is another one, since this test’s remote is this very machine', () => {
    const forward = app.forwardOf(flask.port);
    assert.ok(forward?.status.kind === 'open');
    assert.equal(forward.status.instead?.port, flask.port);
    assert.equal(forward.status.instead.why.code, 'portInUse');
    assert.notEqual(local, flask.port);
  });

  void test('does not forward its own forwards, which the remote lists too', async () => {
    // A listener that is newer than the forward: the listing that shows it would show the forward as well.
    const marker = http.createServer().listen(0, '127.0.0.1');
    await once(marker, 'listening');
    const { port } = marker.address() as AddressInfo;
    const isListed = (each: number): boolean => app.host().remotePorts.some(({ port: seen }) => seen === each);
    await until('the newer listener', () => isListed(port));
    assert.equal(isListed(local), false);
    assert.equal(app.host().forwards.length, 1);
    marker.close();
  });

  void test('is switched off and on again at the same address', async () => {
    await app.sessions.setForwarding(false);
    assert.equal(app.forwardOf(flask.port)?.status.kind, 'off');
    assert.equal(await read(local), undefined);
    await app.sessions.setForwarding(true);
    assert.match((await read(local)) ?? '', new RegExp(greeting, 'u'));
  });

  void test('answers again at the same address after the SSH server was restarted', async () => {
    await sshd.restart();
    await until('the page', async () => (await read(local))?.includes(greeting));
    assert.equal(app.host().link.kind, 'online');
  });

  void test('comes back at the same address with a window that is loaded again, and is not announced twice', async () => {
    await app.sessions.close();
    assert.equal(await read(local), undefined);
    app = await startSessions(sshd.configFile, {}, memories);
    assert.deepEqual(app.sessions.left(), ['devbox']);
    await app.sessions.restore('background', never);
    await until('the page', async () => (await read(local))?.includes(greeting));
    assert.equal(app.forwardOf(flask.port)?.origin, 'auto');
    assert.deepEqual(app.announced, []);
  });

  void test('stops accepting when the server stops, and takes the same port when it returns', async () => {
    await flask.stop();
    await until('the forward to sleep', () => app.forwardOf(flask.port)?.status.kind === 'dormant');
    assert.equal(await read(local), undefined);
    const { port } = flask;
    flask = await startDevServer(folder);
    assert.equal(flask.port, port, 'the dev server came back at another port');
    await until('the page', async () => (await read(local))?.includes(greeting));
  });

  void test('stays away once the user has stopped it', async () => {
    const forward = app.forwardOf(flask.port);
    assert.ok(forward);
    await app.sessions.stopForward('devbox', forward.id);
    assert.equal(await read(local), undefined);
    app.sessions.refresh();
    assert.equal(app.forwardOf(flask.port), undefined);
  });

  void test('comes back when the user asks for it', async () => {
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
