import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { forwardPath } from '../../../src/view/path/path.ts';
import { startSessions } from '../../support/sessions.ts';
import { startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';

// As with a port that a firewall rule leads to a container: sshd reaches it, and no tool of the login lists a socket there.
void test(
  'a port without a listed socket works in Show Path once its page has answered, and not before',
  { skip: process.getuid?.() !== 0 && 'needs root', timeout: 60_000 },
  async () => {
    const sshd = await startSshd({ config: ['ForceCommand exec unshare -n sh -c "$SSH_ORIGINAL_COMMAND"'] });
    const app = await startSessions(sshd.configFile);
    const page = http.createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(page, 'listening');
    const { port } = page.address() as AddressInfo;
    const target = () => {
      const forward = app.forwardOf(port);
      const path = forward && forwardPath(app.sessions.state.get(), 'devbox', forward.id);
      return path?.hops.find(({ kind }) => kind === 'target');
    };
    try {
      await app.sessions.connect('devbox', never);
      await until('the first listing', () => app.host().detection.kind === 'watching');
      await app.sessions.forwardPort('devbox', port, never);
      assert.equal(target()?.fault?.code, 'nothingListens');
      assert.equal(await app.page(port), 'hello');
      await until('the hop', () => target()?.state === 'ok');
      assert.deepEqual(app.host().remotePorts, []);
    } finally {
      await app.sessions.close();
      page.close();
      await sshd.stop();
    }
  },
);
