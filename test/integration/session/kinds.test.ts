import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { type Memory, recall, shortMemory } from '../../../src/core/session/memory/memory.ts';
import { type ForwardState, localPort } from '../../../src/core/session/state.ts';
import { freePort } from '../../support/freePort.ts';
import { read, startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { startWebServer, type WebServer } from '../../support/webServer.ts';

void describe('forwards of a host', { timeout: 120_000 }, () => {
  let sshd: Sshd;
  let app: TestSessions;
  let web: WebServer;
  let port: number;
  let configured: number;
  let memory: Memory;

  const open = (): Promise<TestSessions> =>
    startSessions(sshd.configFile, { autoForward: 'off', expireSharedAfterMs: 60_000 }, { memory });
  const add = (kind: 'local' | 'remote' | 'dynamic', text: string): Promise<ForwardState> =>
    app.sessions.forward('devbox', typedRequest(parseForward(kind, text)), never);
  /** A forward of the page that the user makes. */
  const mine = (): Promise<ForwardState> => app.sessions.forwardPort('devbox', port, never);
  const find = (id: string): ForwardState => {
    const forward = app.host().forwards.find((each) => each.id === id);
    assert.ok(forward);
    return forward;
  };

  before(async () => {
    web = await startWebServer('hello');
    ({ port } = web);
    configured = await freePort();
    sshd = await startSshd({ clientConfig: [`LocalForward ${configured} localhost:${port}`] });
  });

  after(async () => {
    await sshd.stop();
    await web.close();
  });

  beforeEach(async () => {
    memory = shortMemory();
    app = await open();
    await app.sessions.connect('devbox', never);
  });

  afterEach(() => app.sessions.close());

  test('connecting opens the forwards of the configuration, and marks their origin', async () => {
    await until('the page', async () => (await read(configured)) === 'hello');
    assert.deepEqual(
      app.host().forwards.map(({ origin }) => origin),
      ['config'],
    );
  });

  test('a remote forward with port 0 listens at the port that the server chose', async () => {
    const { id } = await add('remote', `0:localhost:${port}`);
    const { status } = find(id);
    assert.ok(status.kind === 'open');
    const [bound] = status.bound;
    assert.ok(bound?.kind === 'tcp' && bound.port > 0);
    assert.equal(await read(bound.port), 'hello');
    await sshd.restart();
    await until('the same port again', async () => (await read(bound.port)) === 'hello');
    await app.sessions.stopForward('devbox', id);
    await until('the port to be free', async () => (await read(bound.port)) === undefined);
  });

  test('a left-over Unix socket at the remote is replaced after a pause and in the next session; one in use is not', async () => {
    const socketPath = path.join(sshd.folder, "it's there.sock");
    const answer = async (): Promise<string> => {
      const socket = net.connect(socketPath).setEncoding('utf8');
      socket.write('GET / HTTP/1.0\r\n\r\n');
      return String(await once(socket, 'data').catch(() => ''));
    };
    const { id } = await add('remote', `${socketPath}:localhost:${port}`);
    assert.match(await answer(), /hello/u);
    await app.sessions.forwardsOf('devbox').pause(id);
    assert.equal(await answer(), '');
    await app.sessions.forwardsOf('devbox').resume(id, never);
    assert.match(await answer(), /hello/u);
    await assert.rejects(add('remote', `${socketPath}:localhost:9`), /remoteBindRefused/u);
    assert.match(await answer(), /hello/u);
    await sshd.restart();
    await until('the same socket again', async () => /hello/u.test(await answer()));
    const ids = app.host().forwards.flatMap(({ origin, id: each }) => (origin === 'user' ? [each] : []));
    assert.deepEqual([ids.length, ids.includes(id)], [2, true]);
  });

  test('a dynamic forward is a SOCKS proxy', async () => {
    const proxy = await freePort();
    await add('dynamic', String(proxy));
    const socket = net.connect(proxy, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(Buffer.from([5, 1, 0]));
    assert.deepEqual([...((await once(socket, 'data')) as [Buffer])[0]], [5, 0]);
    socket.write(Buffer.from([5, 1, 0, 1, 127, 0, 0, 1, port >> 8, port & 0xff]));
    assert.equal(((await once(socket, 'data')) as [Buffer])[0][1], 0);
    socket.write('GET / HTTP/1.0\r\n\r\n');
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    assert.match(answer, /hello$/u);
  });

  test('a second request for a forward uses the first one, and resumes it if it is paused', async () => {
    const local = await freePort();
    const { id } = await add('local', `${local}:localhost:${port}`);
    const count = app.host().forwards.length;
    assert.equal((await add('local', `${local}:localhost:${port}`)).id, id);
    await app.sessions.forwardsOf('devbox').pause(id);
    assert.equal(await read(local), undefined);
    const removed = app.sessions.stopForward('devbox', id);
    assert.equal((await add('local', `${local}:localhost:${port}`)).status.kind, 'open');
    await removed;
    assert.equal(await read(local), 'hello');
    assert.equal(app.host().forwards.length, count);
    const picked = await Promise.all([add('remote', `0:localhost:${port}`), add('remote', `0:localhost:${port}`)]);
    assert.notEqual(picked[0].id, picked[1].id, 'each gets a port of its own');
  });

  test('a paused forward frees its port and takes it again', async () => {
    const { id } = await mine();
    const local = localPort(find(id)) ?? 0;
    await app.sessions.forwardsOf('devbox').pause(id);
    assert.equal(await read(local), undefined);
    await app.sessions.forwardsOf('devbox').resume(id, never);
    assert.equal(localPort(find(id)), local);
    assert.equal(await read(local), 'hello');
  });

  test('a forward that moves to a taken port stays where it was, and names the owner of the port', async () => {
    const own = await mine();
    const local = localPort(own);
    await assert.rejects(app.sessions.forwardsOf('devbox').move(own.id, port, never), (error: Error) => {
      assert.match(error.message, /"code":"portInUse".*"owner"/u);
      return true;
    });
    assert.equal(localPort(find(own.id)), local);
    assert.equal(await read(local ?? 0), 'hello');
  });

  test('a shared forward listens on every interface, shows for how long, and can be made private again', async () => {
    const own = await mine();
    const local = localPort(own) ?? 0;
    await app.sessions.forwardsOf('devbox').share(own.id, true, never);
    const shared = find(own.id).status;
    assert.ok(shared.kind === 'open');
    assert.equal(shared.sharedFor, 1);
    assert.ok(
      shared.bound.some(
        (bound) => bound.kind === 'tcp' && ['::', '0.0.0.0'].includes(bound.address) && bound.port === local,
      ),
    );
    await app.sessions.forwardsOf('devbox').share(own.id, false, never);
    const back = find(own.id).status;
    assert.ok(back.kind === 'open' && back.sharedFor === undefined);
    assert.equal(await read(local), 'hello');
  });

  test('a forward of the configuration that the user shares expires like any other', async () => {
    const own = await until('the configured forward', () =>
      app.host().forwards.find(({ origin }) => origin === 'config'),
    );
    await app.sessions.forwardsOf('devbox').share(own.id, true, never);
    const shared = find(own.id).status;
    assert.ok(shared.kind === 'open');
    assert.equal(shared.sharedFor, 1);
  });

  test('a forward that the user made comes back with the next connection, at the same local port', async () => {
    const own = await mine();
    app.sessions.forwardsOf('devbox').relabel(own.id, 'my page');
    const local = localPort(own) ?? 0;
    await app.sessions.close();
    assert.equal(await read(local), undefined);
    app = await open();
    await app.sessions.connect('devbox', never);
    await until('the page', async () => (await read(local)) === 'hello');
    assert.equal(app.host().forwards.find(({ origin }) => origin === 'user')?.label, 'my page');
  });

  test('the method that listed the remote ports is remembered', async () => {
    await until('the memory of the method', () => recall(memory, 'devbox').method === 'ss');
  });

  test('a forward that the user stopped does not come back', async () => {
    const own = await mine();
    await app.sessions.stopForward('devbox', own.id);
    await app.sessions.disconnect('devbox');
    await app.sessions.connect('devbox', never);
    await until('the configured page', async () => (await read(configured)) === 'hello');
    assert.deepEqual(
      app.host().forwards.map(({ origin }) => origin),
      ['config'],
    );
  });
});
