import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { never } from '../../../src/base/delay.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import type { ForwardStatus } from '../../../src/core/session/state.ts';
import { kill, start, stop } from '../../support/child.ts';
import { freePort } from '../../support/freePort.ts';
import { read, startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { startWebServer, type WebServer } from '../../support/webServer.ts';

const editor = fileURLToPath(new URL('../chaos/editor.ts', import.meta.url));

void describe('two windows with the same forward', { timeout: 120_000 }, () => {
  let sshd: Sshd;
  let web: WebServer;
  let spec: string;
  let local: number;
  let other: ChildProcess;
  let app: TestSessions;

  const folder = (): string => path.join(sshd.folder, 'windows');
  const open = async (): Promise<string> => {
    const request = { ...typedRequest(parseForward('local', spec)), localPort: 'near' as const };
    return (await app.sessions.forward('devbox', request, never)).id;
  };
  const status = (id: string): ForwardStatus | undefined =>
    app.host().forwards.find((forward) => forward.id === id)?.status;

  before(async () => {
    sshd = await startSshd();
    web = await startWebServer('hello');
  });
  after(async () => {
    await web.close();
    await sshd.stop();
  });
  beforeEach(async () => {
    local = await freePort();
    spec = `${local}:127.0.0.1:${web.port}`;
    other = start(process.execPath, ['--import', 'tsx', editor, sshd.configFile, sshd.folder, spec], {
      stdio: 'inherit',
    });
    await until('the page', async () => (await read(local)) === 'hello');
    app = await startSessions(sshd.configFile, { autoForward: 'off' }, { windowFolder: folder() });
  });
  afterEach(async () => {
    await app.sessions.close();
    await stop(other);
  });

  test('the second window shows the forward as the first’s, and takes it over when the first is killed', async () => {
    const id = await open();
    assert.deepEqual(status(id), { kind: 'elsewhere', localPort: local });
    assert.equal(await read(local), 'hello');
    kill(other, 'SIGKILL');
    await until('the forward here', () => status(id)?.kind === 'open');
    assert.equal(await read(local), 'hello');
    assert.ok(fs.existsSync(path.join(folder(), `${other.pid}.sock`)), 'a killed window leaves its socket');
  });

  test('the second window takes the forward over when the first is closed', async () => {
    const id = await open();
    assert.equal(status(id)?.kind, 'elsewhere');
    await stop(other);
    await until('the forward here', () => status(id)?.kind === 'open');
    assert.equal(await read(local), 'hello');
  });

  test('a forward that was stopped in this window is not taken over', async () => {
    const id = await open();
    await app.sessions.forwardsOf('devbox').pause(id);
    await stop(other);
    await until('the port to be free', async () => (await read(local)) === undefined);
    assert.deepEqual(status(id), { kind: 'paused' });
  });

  test('another forward that wants the same local port takes a neighbouring port', async () => {
    const elsewhere = await startWebServer('other');
    spec = `${local}:127.0.0.1:${elsewhere.port}`;
    const id = await open();
    const now = status(id);
    assert.ok(now?.kind === 'open');
    assert.equal(now.instead?.port, local);
    await elsewhere.close();
  });
});

void test(
  'a port of the remote that another window has is its forward, and taken over from it',
  { timeout: 60_000 },
  async () => {
    const sshd = await startSshd();
    const web = await startWebServer('hello');
    const spec = `${await freePort()}:127.0.0.1:${web.port}`;
    const there = Number.parseInt(spec, 10);
    const other = start(process.execPath, ['--import', 'tsx', editor, sshd.configFile, sshd.folder, `-R ${spec}`], {
      stdio: 'inherit',
    });
    const windowFolder = path.join(sshd.folder, 'windows');
    const app = await startSessions(sshd.configFile, { autoForward: 'off' }, { windowFolder });
    try {
      await until('the page', async () => (await read(there)) === 'hello');
      const { id } = await app.sessions.forward('devbox', typedRequest(parseForward('remote', spec)), never);
      const status = (): ForwardStatus | undefined => app.host().forwards.find((each) => each.id === id)?.status;
      assert.deepEqual(status(), { kind: 'elsewhere' });
      const different = typedRequest(parseForward('remote', `${there}:127.0.0.1:9`));
      await assert.rejects(app.sessions.forward('devbox', different, never), /remoteBindRefused/u);
      kill(other, 'SIGKILL');
      await until('the forward here', () => status()?.kind === 'open');
      assert.equal(await read(there), 'hello');
    } finally {
      await app.sessions.close();
      await stop(other);
      await sshd.stop();
      await web.close();
    }
  },
);

void test('a window that is killed before it reads the answer does no harm', async () => {
  const sshd = await startSshd();
  const folder = path.join(sshd.folder, 'windows');
  const app = await startSessions(sshd.configFile, { autoForward: 'off' }, { windowFolder: folder });
  try {
    const port = await freePort();
    await app.sessions.forward('devbox', typedRequest(parseForward('local', `${port}:localhost:9`)), never);
    const ask = (): net.Socket => {
      const socket = net.connect(path.join(folder, `${process.pid}.sock`));
      socket.write(`${JSON.stringify({ host: 'devbox', port, to: 'localhost:9' })}\n`);
      return socket;
    };
    const isAnswered = async (): Promise<void> => {
      const socket = ask();
      assert.match(String(await once(socket, 'data')), /yes/u);
      socket.destroy();
    };
    const killed = ask().pause();
    await isAnswered();
    killed.destroy(); // RACE: the answer is unread, so the system sends a reset
    await isAnswered();
  } finally {
    await app.sessions.close();
    await sshd.stop();
  }
});

void test('a window asks no process without a socket, and does not answer an invalid question', async () => {
  const sshd = await startSshd();
  const folder = path.join(sshd.folder, 'windows');
  const app = await startSessions(sshd.configFile, {}, { windowFolder: folder });
  try {
    const own = path.join(folder, `${process.pid}.sock`);
    await until('the socket', () => fs.existsSync(own));
    assert.equal(fs.statSync(folder).mode & 0o077, 0);
    for (const question of ['no JSON', 'null', '{}']) {
      const socket = net.connect(own);
      socket.write(`${question}\n`);
      await once(socket.resume(), 'close');
      assert.equal(socket.bytesRead, 0);
    }
    const taken = net.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const request = typedRequest(parseForward('local', `${port}:localhost:9`));
    await assert.rejects(app.sessions.forward('devbox', request, never), /portInUse/u);
    taken.close();
  } finally {
    await app.sessions.close();
    await sshd.stop();
  }
});

void test('a squatter in a folder that another user made first is not believed', async (t) => {
  if (process.getuid?.() !== 0) {
    assert.equal(process.env['CI'], undefined, 'only root can act as another user');
    return t.skip('only root can act as another user');
  }
  const nobody = 65_534;
  const sshd = await startSshd();
  const place = fs.mkdtempSync('/tmp/squat-');
  const folder = path.join(place, 'windows');
  fs.chmodSync(place, 0o755);
  fs.mkdirSync(folder);
  fs.chmodSync(folder, 0o777);
  fs.chownSync(folder, nobody, nobody);
  const local = await freePort();
  // Takes the port, and says "yes" to every question.
  const code = `
    const net = require('net');
    net.createServer((socket) => socket.end('not your page')).listen(${local}, '::');
    net.createServer((socket) => socket.write('yes\\n')).listen('${folder}/' + process.pid + '.sock');`;
  const squatter = start(process.execPath, ['-e', code], { uid: nobody, gid: nobody, stdio: 'inherit' });
  const app = await startSessions(sshd.configFile, { autoForward: 'off' }, { windowFolder: folder });
  try {
    await until('the squatter', () => fs.existsSync(path.join(folder, `${squatter.pid}.sock`)));
    const request = typedRequest(parseForward('local', `${local}:localhost:9`));
    await assert.rejects(app.sessions.forward('devbox', request, never), /portInUse/u);
    const remote = typedRequest(parseForward('remote', `${local}:localhost:9`));
    await assert.rejects(app.sessions.forward('devbox', remote, never), /remoteBindRefused/u);
  } finally {
    await app.sessions.close();
    await stop(squatter);
    await sshd.stop();
    fs.rmSync(place, { recursive: true });
  }
});
