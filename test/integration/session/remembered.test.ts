import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, beforeEach, describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { type Memory, shortMemory } from '../../../src/core/session/memory/memory.ts';
import { localPort } from '../../../src/core/session/state.ts';
import { freePort } from '../../support/freePort.ts';
import { read, startSessions, type TestSessions } from '../../support/sessions.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { startWebServer, type WebServer } from '../../support/webServer.ts';

void describe('what is remembered', { timeout: 120_000 }, () => {
  let sshd: Sshd;
  let web: WebServer;
  let port: number;
  let memory: Memory;
  const open = (): Promise<TestSessions> => startSessions(sshd.configFile, { autoForward: 'off' }, { memory });

  before(async () => {
    web = await startWebServer('hello');
    ({ port } = web);
    sshd = await startSshd();
    // For the typed host below: the same sshd, named by its address.
    fs.appendFileSync(
      sshd.configFile,
      `Host 127.0.0.1\n  IdentityFile ${sshd.keyFile}\n  UserKnownHostsFile ${sshd.knownHostsFile}\n`,
    );
  });
  beforeEach(() => {
    memory = shortMemory();
  });
  after(async () => {
    await sshd.stop();
    await web.close();
  });

  test('two forwards to one remote port get their own local ports back', async () => {
    const ports = [await freePort(), await freePort()];
    const first = await open();
    for (const local of ports) {
      await first.sessions.forward('devbox', typedRequest(parseForward('local', `${local}:localhost:${port}`)), never);
    }
    await first.sessions.close();
    const again = await open();
    await again.sessions.connect('devbox', never);
    await until('both', () => again.host().forwards.filter(({ status }) => status.kind === 'open').length === 2);
    assert.deepEqual(again.host().forwards.map(localPort), ports);
    await again.sessions.close();
  });

  test('a forward that was shared comes back for this machine alone', async () => {
    const first = await open();
    const forward = await first.sessions.forwardPort('devbox', port, never);
    await first.sessions.forwardsOf('devbox').share(forward.id, true, never);
    assert.equal(first.host().forwards.find(({ id }) => id === forward.id)?.isSharedByHand, true);
    await first.sessions.close();
    const again = await open();
    await again.sessions.connect('devbox', never);
    await until('the forward', () => again.host().forwards[0]?.status.kind === 'open');
    const back = again
      .host()
      .forwards.map(({ isSharedByHand, status }) => [isSharedByHand, status.kind === 'open' && status.sharedFor]);
    assert.deepEqual(back, [[undefined, undefined]]);
    await again.sessions.close();
  });

  test('a typed host remembers its own forwards', async () => {
    const name = `${sshd.user}@127.0.0.1:${sshd.port}`;
    const local = await freePort();
    const first = await open();
    await first.sessions.forward(name, typedRequest(parseForward('local', `${local}:localhost:${port}`)), never);
    await first.sessions.close();
    const again = await open();
    await again.sessions.connect(name, never);
    await until('the page', async () => (await read(local)) === 'hello');
    assert.equal(again.host(name).forwards.length, 1);
    await again.sessions.close();
  });
});
