import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { never } from '../../src/base/delay.ts';
import { type Podman, startPodman } from '../support/podman.ts';
import { startSessions, type TestSessions } from '../support/sessions.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { relayInto } from '../support/relayInto.ts';

const started = await startPodman();

void describe('real podman', { skip: typeof started === 'string' && started, timeout: 120_000 }, () => {
  const podman = started as Podman;
  let sshd: Sshd;
  let app: TestSessions;
  let stopRelay: () => void;
  before(async () => {
    sshd = await startSshd({ runner: podman.runner, config: [`SetEnv HOME=/nonexistent ${podman.environment}`] });
    stopRelay = await relayInto(podman.runner, sshd.port);
    app = await startSessions(sshd.configFile);
    await app.sessions.connect('devbox', never);
  });
  after(async () => {
    await app.sessions.close();
    stopRelay();
    await sshd.stop();
    await podman.stop();
  });

  const compose = (service: string): readonly string[] => [
    '--label',
    'com.docker.compose.project=shop',
    '--label',
    `com.docker.compose.service=${service}`,
  ];

  void test('a port that is not published is listed by its service, forwarded, and followed when it is made anew', async () => {
    podman.serve('web', 5173, compose('web'));
    app.sessions.refresh();
    const seen = await until('the container', () => app.host().remotePorts.find(({ container }) => container));
    assert.equal(seen.container?.name, 'shop/web');
    assert.equal(seen.container?.image, 'localhost/busybox:latest');
    await app.sessions.forwardPort('devbox', 'shop/web:5173', never);
    const page = async (): Promise<boolean> => (await app.page('shop/web:5173')) === 'from the container\n';
    await until('its page', page);
    podman.remove('web');
    await until('its end', () => !app.host().remotePorts.some(({ container }) => container));
    podman.serve('web', 5173, compose('web'));
    await until('its page again', page, 60_000);
    podman.remove('web');
  });

  void test('a published port is listed once, and names its container', async () => {
    podman.serve('api', 8000, ['--publish', '8080:8000']);
    app.sessions.refresh();
    const seen = await until('the port', () => app.host().remotePorts.find(({ published }) => published));
    assert.equal(seen.port, 8080);
    assert.deepEqual(seen.published, { container: 'api', port: 8000 });
    assert.ok(!app.host().remotePorts.some(({ container }) => container?.name === 'api'));
    podman.remove('api');
  });

  void test('a server on the container’s own loopback is not touched, and a forward by hand is relayed by podman exec', async () => {
    podman.serve('alone', '127.0.0.1:9000');
    app.sessions.refresh();
    const seen = await until('the port', () => app.host().remotePorts.find(({ port }) => port === 9000));
    assert.equal(seen.unreachable, 'ownLoopback');
    assert.equal(app.forwardOf('alone:9000'), undefined);
    await app.sessions.forwardPort('devbox', 'alone:9000', never);
    await until('its page', async () => (await app.page('alone:9000')) === 'from the container\n');
    podman.remove('alone');
  });
});
