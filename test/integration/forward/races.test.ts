import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import { UserError } from '../../../src/base/userError.ts';
import { openRemoteForward } from '../../../src/core/forward/remote.ts';
import type { Bind } from '../../../src/core/spec/spec.ts';
import { freePort } from '../../support/freePort.ts';
import { until } from '../../support/until.ts';
import { connect, ending, portOf, readAll, serve } from '../../unit/forward/loopback.ts';
import { local, loopback, remote } from './forwards.ts';
import { startLink, transports } from './link.ts';

for (const transport of transports) {
  void describe(`forwards over the ${transport} transport`, { timeout: 120_000 }, () => {
    test('a remote forward keeps the port that the server chose on the next connection', async (t) => {
      const { connection, connectAgain, sshd } = await startLink(t, transport);
      const server = await serve(t, (socket) => socket.end('hello'));
      const forward = await remote(t, connection, loopback(server.port), { kind: 'tcp', host: undefined, port: 0 });
      const port = portOf(forward);
      assert.equal((await readAll(connect(t, port))).toString(), 'hello');
      await sshd.restart();
      await connection.closed;
      const next = await connectAgain();
      await forward.attach(next.listenRemote, never);
      assert.equal(portOf(forward), port);
      assert.equal((await readAll(connect(t, port))).toString(), 'hello');
      await forward.close();
      assert.equal(await ending(connect(t, port)), 'ECONNREFUSED');
    });

    test('a forward that is closed and reopened ten times gets its port each time', async (t) => {
      const { connection } = await startLink(t, transport);
      const server = await serve(t, (socket) => socket.end('hello'));
      const bind: Bind = { kind: 'tcp', host: '127.0.0.1', port: await freePort() };
      for (let i = 0; i < 10; i++) {
        const back = await remote(t, connection, loopback(server.port), bind);
        const there = await local(t, connection, loopback(bind.port));
        assert.equal((await readAll(connect(t, portOf(there)))).toString(), 'hello');
        await Promise.all([there.close(), back.close()]);
      }
      assert.equal(await ending(connect(t, bind.port)), 'ECONNREFUSED');
    });

    test('a forward that is aborted while it opens frees its port', async (t) => {
      const { connection } = await startLink(t, transport);
      const server = await serve(t, (socket) => socket.end('hello'));
      const bind: Bind = { kind: 'tcp', host: '127.0.0.1', port: await freePort() };
      const spec = { kind: 'remote', bind, to: loopback(1) } as const;
      for (const ms of [0, 0, 1, 2, 5, 10, 20, 40]) {
        const gone = new AbortController();
        const opening = openRemoteForward(
          { spec, onProblem: () => undefined },
          connection.listenRemote,
          gone.signal,
        ).then((forward) => forward.close());
        setTimeout(() => gone.abort(new Error('gone')), ms);
        await opening.catch((error: Error) => assert.equal(error.message, 'gone'));
        const next = await remote(t, connection, loopback(server.port), bind);
        assert.equal((await readAll(connect(t, bind.port))).toString(), 'hello');
        await next.close();
      }
      assert.equal(await ending(connect(t, bind.port)), 'ECONNREFUSED');
    });

    test('forwards that open, close and relay during the end of the connection end, and free their ports', async (t) => {
      const { connection } = await startLink(t, transport);
      const server = await serve(t, (socket) => socket.pipe(socket));
      const there = await local(t, connection, loopback(server.port));
      const back = await remote(t, connection, loopback(server.port));
      const clients = [there, back].map((forward) => connect(t, portOf(forward)));
      for (const client of clients) {
        client.write('hello');
        await once(client, 'data');
      }
      const ports = await Promise.all(Array.from({ length: 5 }, () => freePort()));
      const opening = ports.map((port) =>
        remote(t, connection, loopback(server.port), { kind: 'tcp', host: '127.0.0.1', port }),
      );
      const dialled = connection.dial(loopback(server.port), never);
      const [ends, , , ...opened] = await Promise.allSettled([
        Promise.all(clients.map(ending)),
        back.close(),
        connection.close(),
        ...opening,
        dialled,
      ]);
      assert.ok(ends.status === 'fulfilled');
      for (const each of opened) {
        const isKnown = each.status === 'fulfilled' || each.reason instanceof UserError;
        assert.ok(isKnown, String(each.status === 'rejected' && each.reason));
      }
      for (const port of [...ports, portOf(back)]) {
        await until(`port ${port} is free`, async () => (await ending(connect(t, port))) === 'ECONNREFUSED');
      }
      // The local forward outlives the connection and resets each client.
      assert.equal(await ending(connect(t, portOf(there))), 'ECONNRESET');
      assert.equal(await ending(net.connect(server.port, '127.0.0.1').end()), 'end');
    });
  });
}
