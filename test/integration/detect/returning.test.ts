import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { Scope } from '../../../src/base/scope.ts';
import { readPortRules } from '../../../src/core/policy/portRules.ts';
import { startSessions, type TestSessions } from '../../support/sessions.ts';
import { startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

const scope = new Scope();
/** Below the ephemeral range: detection delays a port of that range, because most of these close again soon. */
const told = 22_510;
const opened = 22_530;
let app: TestSessions;

before(async () => {
  const sshd = await startSshd({ config: ['SetEnv HOME=/nonexistent'] });
  scope.defer(() => sshd.stop());
  const portsAttributes = { [told]: { onAutoForward: 'notify' }, [opened]: { onAutoForward: 'openBrowser' } };
  app = await startSessions(sshd.configFile, { portRules: readPortRules([{ portsAttributes }], []) });
  scope.defer(() => app.sessions.close());
  await app.sessions.connect('devbox', never);
  await until('the watch', () => app.host().detection.kind === 'watching');
});
after(() => scope.close());

async function serve(port: number, use: () => Promise<unknown>): Promise<void> {
  const server = http.createServer((_, response) => response.end('hello')).listen(port, '127.0.0.1');
  await once(server, 'listening');
  try {
    await until('the page', async () => (await app.page(port)) === 'hello');
    await use();
  } finally {
    server.close();
  }
  await until('its end', () => app.forwardOf(port)?.status.kind === 'dormant');
}

const count = (port: number): number => app.announced.filter((each) => each === port).length;

test('a server that restarts is announced once, and opened at each start if a rule says so', async () => {
  for (const starts of [1, 2]) {
    await serve(opened, () => until('the word of it', () => count(opened) === starts));
    await serve(told, () => until('the word of it', () => count(told) === 1));
  }
  assert.equal(count(told), 1);
});
