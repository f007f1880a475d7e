import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PortPlace } from '../../../src/core/detect/place.ts';
import { never } from '../../../src/base/delay.ts';
import { Scope } from '../../../src/base/scope.ts';
import { startManyServers } from '../../support/manyServers.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

/** Below the ephemeral range: detection delays a port of that range. */
const first = 20_000;
const scope = new Scope();
let sshd: Sshd;
let app: TestSessions;
let writes = 0;

before(async () => {
  sshd = await startSshd({ config: ['SetEnv HOME=/nonexistent'] });
  scope.defer(() => sshd.stop());
  app = await startSessions(sshd.configFile, { autoForward: 'all' });
  scope.defer(() => app.sessions.close());
  await app.sessions.connect('devbox', never);
  await until('the watch', () => app.host().detection.kind === 'watching');
  app.sessions.state.watch(() => writes++);
});
after(() => scope.close());

test('a remote that opens 1,000 ports at once gets 500 rows, 50 automatic forwards, and few writes of state', async () => {
  writes = 0;
  const servers = await startManyServers(first, 1000);
  await until(
    'the limit',
    () => app.host().isAutoForwardFull === true && app.host().remotePorts.every((each) => each.program),
  );
  const { remotePorts, morePorts = 0, forwards } = app.host();
  assert.equal(remotePorts.length, 500);
  assert.ok(morePorts >= 500, String(morePorts));
  assert.equal(forwards.length, 50);
  // Each of the 50 forwards causes two writes: opening and open.
  assert.ok(writes < 200, `${writes} writes`);
  await servers.stop();
  await until('the end of all', () => app.host().remotePorts.every(({ port }) => port < first || port >= first + 1000));
});

test('endless new ports replace automatic forwards whose programs have gone', async () => {
  const servers = await startManyServers(first + 2000, 40, { seconds: 4 });
  const seen = new Set<PortPlace>();
  await until('further ports', () => {
    app.sessions.refresh(); // the previous thousand ports have slowed down the watch
    const { forwards } = app.host();

    assert.ok(forwards.length <= 50, String(forwards.length));
    for (const { remotePort = 0 } of forwards) seen.add(remotePort);
    return seen.size > 110;
  });
  await servers.stop();
});

test('a forward by hand opens beside 50 automatic ones', async () => {
  const servers = await startManyServers(first + 4000, 200);
  app.sessions.refresh();
  await until('the limit', () => app.host().isAutoForwardFull === true);
  const port = first + 4199;
  await app.sessions.forwardPort('devbox', port, never);
  assert.equal(await app.page(port), 'ok');
  await servers.stop();
});
