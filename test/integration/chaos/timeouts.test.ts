import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { parseForward } from '../../../src/core/spec/grammar.ts';
import { typedRequest } from '../../../src/core/session/forwards/forwardRequests.ts';
import { freePort } from '../../support/freePort.ts';
import { sshdConfig } from '../../support/hostConfig.ts';
import { read } from '../../support/sessions.ts';
import { connectTo } from '../../support/ssh.ts';
import { startSshd } from '../../support/sshd.ts';
import { until } from '../../support/until.ts';
import { startBench } from './bench.ts';

void describe('a server that ends idle channels and connections', { timeout: 120_000 }, () => {
  test('after ChannelTimeout new channels open, and remote ports are still listed', async () => {
    const sshd = await startSshd({ config: ['ChannelTimeout *=1'] });
    const bench = await startBench(sshd.configFile);
    const echo = net.createServer((socket) => socket.pipe(socket).on('error', () => undefined)).listen(0, '127.0.0.1');
    try {
      await once(echo, 'listening');
      const { port } = echo.address() as AddressInfo;
      const local = await freePort();
      await bench.app.sessions.forward(
        'devbox',
        typedRequest(parseForward('local', `${local}:127.0.0.1:${port}`)),
        never,
      );
      const connect = async (): Promise<net.Socket> => {
        const socket = net.connect(local, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write('hello');
        assert.equal(String(((await once(socket, 'data')) as [Buffer])[0]), 'hello');
        return socket;
      };
      const idle = await connect();
      await once(idle.resume(), 'close', { signal: AbortSignal.timeout(30_000) });
      (await connect()).destroy();
      const late = net.createServer().listen(0, '127.0.0.1');
      await once(late, 'listening');
      const seen = (late.address() as AddressInfo).port;
      await until('the new port', () => bench.app.host().remotePorts.some((each) => each.port === seen));
      late.close();
    } finally {
      await bench.stop();
      echo.close();
      await sshd.stop();
    }
  });

  test('UnusedConnectionTimeout does not end the editor’s connection, because the watch keeps a channel open', async () => {
    const sshd = await startSshd({ config: ['UnusedConnectionTimeout 1'] });
    const bench = await startBench(sshd.configFile);
    try {
      const { link } = bench.app.host();
      const unused = await connectTo(sshdConfig(sshd));
      assert.equal((await unused.closed).kind, 'lost');
      assert.deepEqual(bench.app.host().link, link, 'the connection of the editor is still the same');
      assert.equal(await read(bench.local), 'hello');
    } finally {
      await bench.stop();
      await sshd.stop();
    }
  });
});
