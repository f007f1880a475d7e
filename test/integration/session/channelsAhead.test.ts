import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import { test, type TestContext } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import type { Settings } from '../../../src/core/session/settings.ts';
import { delayedPort } from '../../support/delay.ts';
import { freeServerPort } from '../../support/freePort.ts';
import { startSessions } from '../../support/sessions.ts';
import { startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

/** A web server of this process that is forwarded over 60 ms, once it is known what it is. */
async function forwarded(t: TestContext, settings: Partial<Settings> = {}) {
  const sshd = await startSshd();
  t.after(() => sshd.stop());
  const far = await delayedPort(sshd.port, 60);
  t.after(() => far.close());
  for (const file of [sshd.configFile, sshd.knownHostsFile]) {
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll(String(sshd.port), String(far.port)));
  }
  let connections = 0;
  let open = 0;
  const server = http.createServer((_, response) => response.end('hello'));
  server.on('connection', (socket) => {
    connections++;
    open++;
    socket.once('close', () => open--);
  });
  const port = await freeServerPort();
  await once(server.listen(port, '127.0.0.1'), 'listening');
  t.after(() => server.close().closeAllConnections());
  const app = await startSessions(sshd.configFile, { autoForward: 'off', ...settings });
  t.after(() => app.sessions.close());
  await app.sessions.connect('devbox', never);
  await app.sessions.forwardPort('devbox', port, never);
  await until('what it is', () => app.host().remotePorts.some((each) => each.port === port && each.program?.scheme));
  await until('the end of the question', () => open === 0);
  const asked = connections;
  const burst = async (): Promise<void> => {
    for (let round = 0; round < 3; round += 1) {
      const pages = await Promise.all(Array.from({ length: 4 }, () => app.page(port)));
      assert.deepEqual(pages, ['hello', 'hello', 'hello', 'hello']);
    }
  };
  return { burst, open: () => open, connections: () => connections - asked, app, port };
}

void test('a page of many connections gets channels opened ahead, and those that are left are closed', async (t) => {
  const { burst, connections, open } = await forwarded(t);
  await burst();
  assert.ok(connections() > 12 && connections() <= 12 + 8, `${connections()} connections for 12 requests`);
  await until('no idle connection', () => open() === 0);
});

void test('with the setting off the server sees the connections of its clients and no others', async (t) => {
  const { burst, connections } = await forwarded(t, { openChannelsAhead: false });
  await burst();
  assert.equal(connections(), 12);
});

void test('a single request makes a single connection', async (t) => {
  const { app, port, connections } = await forwarded(t);
  assert.equal(await app.page(port), 'hello');
  assert.equal(connections(), 1);
});
