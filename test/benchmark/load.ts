import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { text } from 'node:stream/consumers';

const mebibyte = Buffer.alloc(1024 * 1024, 'sent by the benchmark ');
const request = Buffer.alloc(100, 'r');
const answerBytes = 1024;

/** The work of a client of `origin.ts`, through the local port of a forward. Each function resolves when its work is done. */

export async function download(port: number, mebibytes: number): Promise<void> {
  const socket = await open(port);
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  socket.write(`d${mebibytes}\n`);
  await once(socket, 'end');
  socket.end();
  assert.equal(bytes, mebibytes * mebibyte.length);
}

export async function upload(port: number, mebibytes: number): Promise<void> {
  const socket = await open(port);
  socket.write('u');
  for (let sent = 0; sent < mebibytes; sent += 1) {
    if (!socket.write(mebibyte)) await once(socket, 'drain');
  }
  socket.end();
  assert.equal(Number(await text(socket)), mebibytes * mebibyte.length + 1);
}

/** Sends each request over a new connection, which the server ends after its answer. `atOnce` connections run in parallel. */
export async function newConnections(port: number, count: number, atOnce: number): Promise<void> {
  await together(count, atOnce, async (share) => {
    for (let index = 0; index < share; index += 1) {
      const socket = await open(port);
      socket.write('o');
      assert.equal((await text(socket)).length, answerBytes);
      socket.end();
    }
  });
}

/** Sends requests over kept connections. */
export async function keptConnections(port: number, count: number, atOnce: number): Promise<void> {
  await together(count, atOnce, async (share) => {
    const socket = await open(port);
    for (let index = 0; index < share; index += 1) await ask(socket);
    socket.destroy();
  });
}

/** Requests data and never reads it. Resolves when its first bytes arrive. */
export async function stopReading(port: number, mebibytes: number): Promise<net.Socket> {
  const socket = await open(port);
  socket.write(`d${mebibytes}\n`);
  await once(socket, 'readable');
  return socket;
}

async function together(count: number, atOnce: number, work: (share: number) => Promise<void>): Promise<void> {
  const shares = Array.from({ length: atOnce }, (_, index) => Math.floor((count + index) / atOnce));
  await Promise.all(shares.map(work));
}

async function open(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: net.Socket): Promise<void> {
  let bytes = 0;
  const answered = new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      socket.off('data', onData).off('error', reject).off('end', onEnd);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes < answerBytes) return;
      stop();
      resolve();
    };
    const onEnd = (): void => reject(new Error('ended before the answer'));
    socket.on('data', onData).on('error', reject).on('end', onEnd);
  });
  socket.write(request);
  await answered;
}
