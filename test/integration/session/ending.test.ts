import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { freePort } from '../../support/freePort.ts';
import { startSessions } from '../../support/sessions.ts';
import { descendants, startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

void test(
  'the switch does not wait for a forward that opens while the server is silent',
  { timeout: 60_000 },
  async () => {
    const sshd = await startSshd();
    const app = await startSessions(sshd.configFile, { autoForward: 'off' });
    const frozen: number[] = [];
    try {
      const request = typedRequest(parseForward('remote', '0:localhost:9'));
      const { id } = await app.sessions.forward('devbox', request, never);
      const forwards = app.sessions.forwardsOf('devbox');
      await forwards.pause(id);
      frozen.push(...descendants(sshd.process().pid));
      for (const pid of frozen) process.kill(pid, 'SIGSTOP');
      forwards.resume(id, never).catch(() => undefined);
      await until('the opening', () => app.host().forwards[0]?.status.kind === 'opening');
      await app.sessions.setForwarding(false);
      assert.equal(app.host().forwards[0]?.status.kind, 'off');
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
      await app.sessions.close();
      await sshd.stop();
    }
  },
);

void test('a shared forward ends when its time is over', { timeout: 60_000 }, async () => {
  const sshd = await startSshd();
  const app = await startSessions(sshd.configFile, { autoForward: 'off', expireSharedAfterMs: 1 });
  try {
    const port = await freePort();
    const { id } = await app.sessions.forward(
      'devbox',
      typedRequest(parseForward('local', `0.0.0.0:${port}:localhost:9`)),
      never,
    );
    await until('the end', () => app.host().forwards.find((each) => each.id === id)?.status.kind === 'expired');
    await assert.rejects(once(net.connect(port, '127.0.0.1'), 'connect'));
  } finally {
    await app.sessions.close();
    await sshd.stop();
  }
});
