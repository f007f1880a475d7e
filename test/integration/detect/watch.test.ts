import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import type { Detection, Listener } from '../../../src/core/detect/listener.ts';
import { watchListeners } from '../../../src/core/detect/watch.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { sshExec } from '../../support/sshExec.ts';
import { until } from '../../support/until.ts';

let sshd: Sshd;
before(async () => {
  sshd = await startSshd();
});
after(() => sshd.stop());

void test('a server that starts and stops is seen, with its process', { timeout: 60_000 }, async () => {
  let listeners: readonly Listener[] = [];
  let detection: Detection | undefined;
  const watch = watchListeners(
    {
      exec: sshExec(sshd),
      onListeners: (now, how) => {
        listeners = now;
        detection = how;
      },
    },
    new AbortController().signal,
  );
  try {
    await until('the watch', () => detection?.kind === 'watching');
    assert.ok(listeners.some(({ port }) => port === sshd.port));
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const found = await until('the listener', () => listeners.find((listener) => listener.port === port));
    assert.deepEqual(found.addresses, ['127.0.0.1']);
    assert.equal(found.owner, 'self');
    assert.equal(found.process?.pid, process.pid);
    assert.equal(found.process?.workingDirectory, process.cwd());
    assert.ok(found.process?.commandLine?.some((argument) => argument.includes('watch.test.ts')));
    server.close();
    await until('its end', () => !listeners.some((listener) => listener.port === port));
  } finally {
    await watch.close();
  }
});
