import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import type { UserError } from '../../../src/base/userError.ts';
import { localPort } from '../../../src/core/session/state.ts';
import { read, startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { startWebServer, type WebServer } from '../../support/webServer.ts';

void describe('a server that allows only post-quantum key exchange', { timeout: 120_000 }, () => {
  let sshd: Sshd;
  let app: TestSessions;
  let web: WebServer;
  let port: number;

  before(async () => {
    web = await startWebServer('hello');
    ({ port } = web);
    sshd = await startSshd({ config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] });
    app = await startSessions(sshd.configFile, { autoForward: 'off' });
  });
  after(async () => {
    await app.sessions.close();
    await sshd.stop();
    await web.close();
  });

  test('the built-in transport alone cannot reach it, and the problem says why', async () => {
    const alone = await startSessions(sshd.configFile, { transport: 'builtin' });
    await assert.rejects(
      alone.sessions.connect('devbox', never),
      (error: UserError) => error.problem.code === 'noCommonAlgorithm',
    );
    await alone.sessions.close();
  });

  test('the automatic transport reaches it through the system’s ssh', async () => {
    await app.sessions.connect('devbox', never);
    const { link } = app.host();
    assert.ok(link.kind === 'online');
    assert.equal(link.facts.transport, 'openssh');
    await until('what listens there', () => app.host().remotePorts.some((each) => each.port === port));
  });

  test('its forward answers at the same port after a restart', async () => {
    const { id } = await app.sessions.forwardPort('devbox', port, never);
    const forward = app.host().forwards.find((each) => each.id === id);
    const local = forward && localPort(forward);
    assert.ok(local);
    assert.equal(await read(local), 'hello');
    await sshd.restart();
    await until('the page again', async () => (await read(local)) === 'hello');
  });
});
