import assert from 'node:assert/strict';
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { after, before, test } from 'node:test';
import type { BuiltinConnection } from '../../../../src/core/ssh/builtin/builtinConnection.ts';
import { type DelayedPort, delayedPort } from '../../../support/delay.ts';
import { sshdConfig } from '../../../support/hostConfig.ts';
import { connectTo } from '../../../support/ssh.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';
import { until } from '../../../support/until.ts';

const MIB = 1024 * 1024;
const PATTERN = Buffer.from(Array.from({ length: 65_537 }, (_, index) => index % 251));
const OFFERED = 160 * MIB;
const signal = (): AbortSignal => AbortSignal.timeout(60_000);

let sshd: Sshd;
let way: DelayedPort;
let connection: BuiltinConnection;
const servers: net.Server[] = [];
before(async () => {
  sshd = await startSshd();
  way = await delayedPort(sshd.port, 100);
  const knownHostsFile = path.join(sshd.folder, 'known_hosts_far');
  const keys = fs.readFileSync(sshd.knownHostsFile, 'utf8');
  fs.writeFileSync(knownHostsFile, keys.replace(`:${sshd.port} `, `:${way.port} `));
  connection = await connectTo(sshdConfig(sshd, { port: way.port, userKnownHostsFiles: [knownHostsFile] }));
});
after(async () => {
  await connection.close();
  way.close();
  await sshd.stop();
  for (const server of servers) server.close();
});

async function dial(onSocket: (socket: net.Socket) => void): Promise<Duplex> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return connection.dial({ kind: 'tcp', host: '127.0.0.1', port }, signal());
}

function pour(socket: Duplex, bytes: number, hash?: Hash): { readonly taken: () => number } {
  let sent = 0;
  const more = (): void => {
    while (sent < bytes) {
      const chunk = PATTERN.subarray(0, Math.min(PATTERN.length, bytes - sent));
      hash?.update(chunk);
      sent += chunk.length;
      if (!socket.write(chunk)) return;
    }
    socket.off('drain', more).end();
  };
  socket.on('drain', more);
  more();
  return { taken: () => sent };
}

void test('the window grows for a distant server that it holds back, and stays bounded when the reader stops', async () => {
  let offered = (): number => 0;
  const stream = await dial((socket) => (offered = pour(socket, OFFERED).taken));
  let read = 0;
  const earlier = way.bytesFromServer();
  stream.on('data', (chunk: Buffer) => (read += chunk.length));
  await until('a good part', () => read > 48 * MIB);
  stream.pause();
  // The first window allows 2 MiB on the way, and the stream buffers 256 KiB.
  await until('more than the first window', () => way.bytesFromServer() - earlier - read > 3 * MIB);

  // Meanwhile other channels carry data both ways, every byte in its place.
  const bytes = 24 * MIB;
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      const [here, there] = [createHash('sha256'), createHash('sha256')];
      const echo = await dial((socket) => socket.pipe(socket));
      pour(echo, bytes, here);
      for await (const chunk of echo) there.update(chunk as Buffer);
      assert.equal(there.digest('hex'), here.digest('hex'));
    }),
  );
  assert.ok(offered() - read < 64 * MIB, `${offered() - read} bytes were taken for a reader that reads none`);

  // The stopped reader continues where it stopped.
  stream.resume();
  await once(stream, 'end');
  assert.equal(read, OFFERED);
  stream.end();
  await until('no channel is open', () => connection.openChannels() === 0);
});

void test('a reader that stops now and then, beside requests, gets every byte', async () => {
  const [here, there] = [createHash('sha256'), createHash('sha256')];
  const bytes = 24 * MIB;
  const bulk = await dial((socket) => pour(socket, bytes, here));
  const requests = await dial((socket) => socket.pipe(socket));
  requests.on('data', (chunk) => requests.write(chunk));
  requests.write('one request after the other');
  let read = 0;
  bulk.on('data', (chunk: Buffer) => {
    read += chunk.length;
    there.update(chunk);
  });
  const ended = once(bulk, 'end');
  for (let stop = 1; stop <= 8; stop++) {
    await until('another part', () => read >= stop * MIB);
    bulk.pause();
    let earlier = -1;
    await until('its buffer is full', () => {
      const isFull = bulk.readableLength === earlier;
      earlier = bulk.readableLength;
      return isFull;
    });
    bulk.resume();
  }
  await ended;
  assert.equal(read, bytes);
  assert.equal(there.digest('hex'), here.digest('hex'));
  requests.destroy();
});
