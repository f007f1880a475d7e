import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { RunningForward } from '../../../src/core/forward/runningForward.ts';
import type { Bind, Endpoint } from '../../../src/core/spec/spec.ts';
import { start, stop } from '../../support/child.ts';
import { until } from '../../support/until.ts';
import { ending, portOf, readAll, serve } from '../../unit/forward/loopback.ts';
import { local, loopback, megabyte, nothingLeft, open, remote, sha256, through } from './forwards.ts';
import { startLink, transports } from './link.ts';

for (const transport of transports) {
  void describe(`a relay over the ${transport} transport`, { timeout: 240_000 }, () => {
    for (const [via, rekey] of [
      ['TCP ports', '1M'],
      ['Unix sockets', '16M'],
    ] as const) {
      test(`returns 4 MB unchanged through nine -L and nine -R in a chain of ${via}, RekeyLimit ${rekey}`, async (t) => {
        const { connection, sshd } = await startLink(t, transport, { config: [`RekeyLimit ${rekey}`] });
        const server = await serve(t, (socket) => socket.pipe(socket));
        const bind = (name: string): Bind =>
          via === 'TCP ports'
            ? { kind: 'tcp', host: '127.0.0.1', port: 0 }
            : { kind: 'unix', path: path.join(sshd.folder, name) };
        const endpoint = (forward: RunningForward): Endpoint => {
          const [bound] = forward.bound;
          return bound?.kind === 'unix' ? bound : loopback(portOf(forward));
        };
        let to = loopback(server.port);
        const forwards: RunningForward[] = [];
        for (let i = 0; i < 9; i++) {
          const back = await remote(t, connection, to, bind(`back${i}`));
          const there = await open(t, connection, { kind: 'local', bind: bind(`there${i}`), to: endpoint(back) });
          forwards.push(back, there);
          to = endpoint(there);
        }
        const data = crypto.randomBytes(4 * megabyte);
        const client = net.connect({ ...(to.kind === 'tcp' ? to : { path: to.path }), allowHalfOpen: true });
        client.end(data);
        assert.equal(sha256(await readAll(client)), sha256(data));
        await until('no connection is left', () => forwards.every((each) => each.traffic().openConnections === 0));
      });
    }

    test('keeps the connection half-closed when the client ends first', async (t) => {
      const link = await through(t, transport, async (socket) => {
        const request = await readAll(socket);
        socket.end(`heard ${request.length}`);
      });
      const client = link.client();
      client.end('x'.repeat(1000));
      assert.equal((await readAll(client)).toString(), 'heard 1000');
      await nothingLeft(link);
    });

    test('keeps the connection half-closed when the server ends first', async (t) => {
      // RACE: another program of this machine may connect to a new server before our client.
      const heard: string[] = [];
      const link = await through(t, transport, async (socket) => {
        socket.end('bye');
        heard.push(sha256(await readAll(socket)));
      });
      const client = link.client();
      assert.equal((await readAll(client)).toString(), 'bye');
      const data = crypto.randomBytes(8 * megabyte);
      client.end(data);
      await until('the server has it all', () => heard.includes(sha256(data)));
      await nothingLeft(link);
    });

    test('delivers 24 MB unchanged to a slow reader after its FIN', async (t) => {
      const data = crypto.randomBytes(24 * megabyte);
      const link = await through(t, transport, async (socket) => {
        await readAll(socket);
        socket.end(data);
      });
      const client = link.client();
      client.end();
      const hash = crypto.createHash('sha256');
      for await (const chunk of client) {
        hash.update(chunk as Buffer);
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(hash.digest('hex'), sha256(data));
      await nothingLeft(link);
    });

    test('leaves no channel open after ten aborted downloads and a hundred short connections', async (t) => {
      const link = await through(t, transport, (socket) => {
        socket.on('end', () => socket.end()).resume();
        offer(socket, Number.POSITIVE_INFINITY);
      });
      for (let i = 0; i < 10; i++) {
        const client = link.client();
        await once(client, 'data');
        client.destroy();
      }
      for (let i = 0; i < 100; i++) {
        const client = link.client();
        await once(client, 'connect');
        client.destroy();
      }
      await until('all have been', () => link.forward.traffic().totalConnections >= 110);
      await nothingLeft(link);
      await until('the server has none left', () => link.open() === 0);
    });

    test('ends on the other side after a reset by the server or the client', async (t) => {
      const link = await through(t, transport, (socket) => {
        socket.once('data', () => socket.resetAndDestroy()).on('end', () => socket.end());
      });
      const first = link.client();
      first.write('reset me');
      // sshd reports a reset of the destination as EOF, because RFC 4254 has no other message. `ssh -L` does the same.
      assert.ok(['end', 'ECONNRESET'].includes(await ending(first)));
      first.destroy();
      const second = link.client();
      await once(second, 'connect');
      second.resetAndDestroy();
      await nothingLeft(link);
      await until('the server has none left', () => link.open() === 0);
    });

    test('resets the client, with no clean end, when sshd is killed', async (t) => {
      const link = await through(t, transport, (socket) => socket.write(Buffer.alloc(2 * megabyte)));
      const client = link.client();
      let received = 0;
      client.on('data', (chunk) => (received += chunk.length));
      const end = ending(client);
      await until('what was sent has been read', () => received === 2 * megabyte);
      await link.sshd.kill();
      assert.equal(await end, 'ECONNRESET');
    });

    test('to a stalled reader of 1 GB delays no other relay and buffers little', async (t) => {
      const gigabyte = 1024 * megabyte;
      const other = 64 * megabyte;
      const link = await through(t, transport, (socket) => {
        socket.once('data', (wish) => offer(socket, wish.toString() === 'much' ? gigabyte : other));
      });
      const stopped = link.client().pause();
      stopped.write('much');
      const before = link.forward.traffic().bytesFromRemote;
      await until('it has begun', () => link.forward.traffic().bytesFromRemote > before);
      const client = link.client();
      client.write('less');
      let received = 0;
      for await (const bytes of client) received += (bytes as Buffer).length;
      assert.equal(received, other);
      const held = link.forward.traffic().bytesFromRemote - before - other;
      assert.ok(held < 64 * megabyte, `${held} bytes were taken for a reader that reads none`);
      stopped.destroy();
      await nothingLeft(link);
    });

    test('gives each of 500 simultaneous half-closing clients its own data, and leaves no channel open', async (t) => {
      const link = await through(t, transport, async (socket) => socket.end(await readAll(socket)));
      const answers = await Promise.all(
        Array.from({ length: 500 }, async (_, index) => {
          const client = link.client();
          client.end(`client ${index}`);
          return (await readAll(client)).toString();
        }),
      );
      assert.deepEqual(
        answers,
        answers.map((_, index) => `client ${index}`),
      );
      await nothingLeft(link);
    });

    test('ends each of 300 mixed connections that echo, abort and close, and leaves no channel open', async (t) => {
      const link = await through(t, transport, (socket) => socket.pipe(socket));
      await Promise.all(
        Array.from({ length: 300 }, async (_, index) => {
          const client = link.client();
          const data = crypto.randomBytes(1 + ((index * 7919) % 100_000));
          switch (index % 3) {
            case 0:
              client.end(data);
              assert.equal(sha256(await readAll(client)), sha256(data));
              return;
            case 1:
              client.write(data);
              await once(client, 'data');
              client.resetAndDestroy();
              return;
            default:
              await once(client, 'connect');
              client.destroy();
          }
        }),
      );
      await nothingLeft(link);
    });

    test('carries an ssh connection, and 4 MB through it', async (t) => {
      const { connection, sshd } = await startLink(t, transport);
      const echo = await serve(t, (socket) => socket.pipe(socket));
      const forward = await local(t, connection, loopback(sshd.port));
      const alias = `HostKeyAlias=[127.0.0.1]:${sshd.port}`;
      const way = ['-p', String(portOf(forward)), '-W', `127.0.0.1:${echo.port}`];
      const ssh = start('ssh', ['-F', sshd.configFile, '-o', alias, ...way, 'devbox'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      t.after(() => stop(ssh));
      const data = crypto.randomBytes(4 * megabyte);
      ssh.stdin?.end(data);
      const chunks: Buffer[] = [];
      ssh.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
      await once(ssh, 'close');
      assert.equal(sha256(Buffer.concat(chunks)), sha256(data));
    });
  });
}

/** Writes as fast as the peer reads, then ends. */
function offer(socket: net.Socket, bytes: number): void {
  const chunk = Buffer.alloc(megabyte);
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= chunk.length;
      if (!socket.write(chunk)) return;
    }
    if (left <= 0) socket.end();
  };
  socket.on('drain', more);
  more();
}
