import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { never } from '../../../src/base/delay.ts';
import type { Dial } from '../../../src/core/forward/dial.ts';
import { relay } from '../../../src/core/forward/relay.ts';
import { until } from '../../support/until.ts';
import { dialTo, ending, forwardTo, readAll, serve } from './loopback.ts';

const megabyte = 1024 * 1024;

void test('a client gets the whole answer after its FIN', async (t) => {
  const server = await serve(t, async (socket) => {
    const request = await readAll(socket);
    socket.end(`heard ${request.length}`);
  });
  const { connect } = await forwardTo(t, dialTo(server.port));
  const client = connect();
  client.end('x'.repeat(1000));
  assert.equal((await readAll(client)).toString(), 'heard 1000');
});

void test('a FIN that arrives before the channel is open reaches the server', async (t) => {
  const server = await serve(t, async (socket) => {
    socket.end(`heard ${(await readAll(socket)).length}`);
  });
  const front = await serve(t, async (local) => {
    await once(local.resume(), 'end');
    const remote = await dialTo(server.port)({ kind: 'tcp', host: 'there', port: 1 }, never);
    await relay(local, remote, { bytesToRemote: 0, bytesFromRemote: 0 }, never);
  });
  const client = net.connect({ port: front.port, host: '127.0.0.1', allowHalfOpen: true });
  client.end();
  assert.equal((await readAll(client)).toString(), 'heard 0');
});

void test('a server gets all client data after its own FIN', async (t) => {
  let heard: Promise<Buffer> | undefined;
  const server = await serve(t, (socket) => {
    socket.end('bye');
    heard = readAll(socket);
  });
  const { connect } = await forwardTo(t, dialTo(server.port));
  const client = connect();
  assert.equal((await readAll(client)).toString(), 'bye');
  const data = crypto.randomBytes(8 * megabyte);
  client.end(data);
  await once(client, 'close');
  assert.ok(data.equals((await heard) ?? Buffer.alloc(0)));
});

void test('a slow reader gets 24 MB unchanged after its FIN', async (t) => {
  const data = crypto.randomBytes(24 * megabyte);
  const server = await serve(t, async (socket) => {
    await readAll(socket);
    socket.end(data);
  });
  const { connect } = await forwardTo(t, dialTo(server.port));
  const client = connect();
  client.end();
  const hash = crypto.createHash('sha256');
  for await (const chunk of client) {
    hash.update(chunk as Buffer);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(hash.digest('hex'), crypto.createHash('sha256').update(data).digest('hex'));
});

void test('64 MB of echo arrive unchanged, and are counted in both directions', async (t) => {
  const server = await serve(t, (socket) => socket.pipe(socket));
  const { connect, forward } = await forwardTo(t, dialTo(server.port));
  const client = connect();
  const data = crypto.randomBytes(megabyte);
  const sent = crypto.createHash('sha256');
  const send = async (): Promise<void> => {
    for (let i = 0; i < 64; i++) {
      sent.update(data);
      if (!client.write(data)) await once(client, 'drain');
    }
    client.end();
  };
  const received = crypto.createHash('sha256');
  const sending = send();
  for await (const chunk of client) received.update(chunk as Buffer);
  await sending;
  assert.equal(received.digest('hex'), sent.digest('hex'));
  await until('the connection is over', () => forward.traffic().openConnections === 0);
  assert.deepEqual(forward.traffic(), {
    openConnections: 0,
    totalConnections: 1,
    bytesToRemote: 64 * megabyte,
    bytesFromRemote: 64 * megabyte,
  });
});

void test('500 simultaneous half-closing clients get their answers', async (t) => {
  const server = await serve(t, async (socket) => {
    socket.end(await readAll(socket));
  });
  const { connect, forward } = await forwardTo(t, dialTo(server.port));
  const answers = await Promise.all(
    Array.from({ length: 500 }, async (_, index) => {
      const client = connect();
      client.end(`client ${index}`);
      return (await readAll(client)).toString();
    }),
  );
  assert.deepEqual(
    answers,
    answers.map((_, index) => `client ${index}`),
  );
  await until('no connection is left', () => forward.traffic().openConnections === 0 && server.open() === 0);
});

void test('a reset by the client closes the channel', async (t) => {
  const server = await serve(t, (socket) => {
    socket.write('hello');
    socket.on('end', () => socket.end()).resume();
  });
  const { connect, forward } = await forwardTo(t, dialTo(server.port));
  const client = connect();
  await once(client, 'data');
  client.resetAndDestroy();
  await until('no connection is left', () => forward.traffic().openConnections === 0 && server.open() === 0);
});

void test('a reset by the server reaches the client as a reset, not as a clean end', async (t) => {
  const server = await serve(t, (socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  });
  const { connect, forward } = await forwardTo(t, dialTo(server.port));
  const client = connect();
  client.write('hello');
  assert.equal(await ending(client), 'ECONNRESET');
  await until('no connection is left', () => forward.traffic().openConnections === 0);
});

void test('the client gets a reset if the connection dies during a download', async (t) => {
  const streams: net.Socket[] = [];
  const server = await serve(t, (socket) => socket.write(Buffer.alloc(8 * megabyte)));
  const dial: Dial = async (to, stop) => {
    const stream = (await dialTo(server.port)(to, stop)) as net.Socket;
    streams.push(stream);
    return stream;
  };
  const { connect } = await forwardTo(t, dial);
  const client = connect();
  let received = 0;
  client.on('data', (chunk) => (received += chunk.length));
  const end = ending(client);
  await until('what was sent has been read', () => received === 8 * megabyte);
  streams[0]?.destroy(new Error('link lost'));
  assert.equal(await end, 'ECONNRESET');
});

void test('the client gets a reset if the channel closes without an error before its EOF', async (t) => {
  let stream: Duplex | undefined;
  const dial: Dial = async () => (stream = new Duplex({ read: () => undefined, write: (_c, _e, done) => done() }));
  const { connect } = await forwardTo(t, dial);
  const client = connect();
  const end = ending(client);
  await until('it is dialled', () => stream);
  stream?.push('half of it');
  await once(client, 'data'); // RACE: libuv reports an end, not a reset, if both arrive together.
  stream?.destroy();
  assert.equal(await end, 'ECONNRESET');
});

void test('data before the EOF is delivered although the connection dies right after it', async (t) => {
  let stream: Duplex | undefined;
  const dial: Dial = async () => (stream = new Duplex({ read: () => undefined, write: (_c, _e, done) => done() }));
  const { connect, forward } = await forwardTo(t, dial);
  const client = connect();
  client.pause();
  await until('it is dialled', () => stream);
  for (let i = 0; i < 32; i++) stream?.push(Buffer.alloc(megabyte / 2));
  stream?.push(null);
  stream?.once('end', () => stream?.destroy(new Error('link lost')));
  assert.equal((await readAll(client)).length, 16 * megabyte);
  client.end();
  await until('the connection is over', () => forward.traffic().openConnections === 0);
});

void test('data that a vanished client sent is delivered to a server that still sends', async (t) => {
  const data = crypto.randomBytes(8 * megabyte);
  let received = 0;
  const server = await serve(t, (socket) => {
    socket.write('welcome');
    socket.on('data', (chunk) => (received += chunk.length));
    socket.on('end', () => socket.destroy());
  });
  const { connect } = await forwardTo(t, dialTo(server.port));
  const client = connect();
  await once(client, 'data');
  client.end(data, () => client.destroy());
  await until('everything arrived', () => received === data.length);
});

void test('a hundred closed connections leave no channel open', async (t) => {
  const server = await serve(t, (socket) => socket.pipe(socket));
  const { connect, forward } = await forwardTo(t, dialTo(server.port));
  for (let i = 0; i < 100; i++) {
    const client = connect();
    await once(client, 'connect');
    client.destroy();
  }
  await until('all were accepted', () => forward.traffic().totalConnections === 100);
  await until('no connection is left', () => forward.traffic().openConnections === 0 && server.open() === 0);
});

void test('ten aborted downloads leave no channel open', async (t) => {
  const chunk = Buffer.alloc(megabyte);
  const server = await serve(t, (socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
  });
  const { connect, forward } = await forwardTo(t, dialTo(server.port));
  for (let i = 0; i < 10; i++) {
    const client = connect();
    await once(client, 'data');
    client.destroy();
  }
  await until('no connection is left', () => forward.traffic().openConnections === 0 && server.open() === 0);
});

void test('a stalled reader holds bounded memory and delays no other connection', async (t) => {
  const chunk = Buffer.alloc(megabyte);
  const offered = 512 * megabyte;
  const server = await serve(t, (socket) => {
    let left = offered;
    const more = (): void => {
      while (left > 0 && !socket.destroyed) {
        left -= chunk.length;
        if (!socket.write(chunk)) return;
      }
      socket.end();
    };
    socket.on('drain', more);
    more();
  });
  const { connect, forward } = await forwardTo(t, dialTo(server.port));
  const stopped = connect();
  stopped.pause();
  await until('the first is stopped', () => forward.traffic().bytesFromRemote > 0);
  let received = 0;
  for await (const bytes of connect()) received += (bytes as Buffer).length;
  assert.equal(received, offered);
  const held = forward.traffic().bytesFromRemote - offered;
  assert.ok(held < 64 * megabyte, `${held} bytes were taken for a reader that reads none`);
});

void test('closing the forward resets its clients and closes their channels', async (t) => {
  const server = await serve(t, (socket) => socket.pipe(socket));
  const { connect, forward } = await forwardTo(t, dialTo(server.port));
  const client = connect();
  client.write('hello');
  await once(client, 'data');
  const end = ending(client);
  await forward.close();
  assert.equal(await end, 'ECONNRESET');
  assert.equal(forward.traffic().openConnections, 0);
  await until('the server has none left', () => server.open() === 0);
});

void test('closing the forward ends a pending dial and its client', async (t) => {
  let wasAborted = false;
  const dial: Dial = (_, stop) =>
    new Promise((_resolve, reject) => {
      stop.addEventListener('abort', () => {
        wasAborted = true;
        reject(stop.reason as Error);
      });
    });
  const { connect, forward, problems } = await forwardTo(t, dial);
  const end = ending(connect());
  await until('it is dialled', () => forward.traffic().openConnections === 1);
  await forward.close();
  assert.equal(await end, 'ECONNRESET');
  assert.ok(wasAborted);
  assert.deepEqual(problems, []);
});
