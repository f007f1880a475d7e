import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { text } from 'node:stream/consumers';

const mebibyte = Buffer.alloc(1024 * 1024, 'sent by the benchmark ');
const request = Buffer.alloc(100, 'r');
const answerBytes = 1024;

/** Where a client connects to: the local port of a forward, or the origin itself. */
export interface To {
  readonly host: string;
  readonly port: number;
}

/** The work of a client of `origin.ts`. Each function resolves when its work is done. */

export async function download(to: To, mebibytes: number): Promise<void> {
  const socket = await open(to);
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  socket.write(`d${mebibytes}\n`);
  await once(socket, 'end');
  socket.end();
  assert.equal(bytes, mebibytes * mebibyte.length);
}

export async function upload(to: To, mebibytes: number): Promise<void> {
  const socket = await open(to);
  socket.write('u');
  for (let sent = 0; sent < mebibytes; sent += 1) {
    if (!socket.write(mebibyte)) await once(socket, 'drain');
  }
  socket.end();
  assert.equal(Number(await text(socket)), mebibytes * mebibyte.length + 1);
}

/** Sends each request over a new connection, which the server ends after its answer. `atOnce` connections run in parallel. */
export async function newConnections(to: To, count: number, atOnce: number): Promise<void> {
  await together(count, atOnce, async (share) => {
    for (let index = 0; index < share; index += 1) {
      const socket = await open(to);
      socket.write('o');
      assert.equal((await text(socket)).length, answerBytes);
      socket.end();
    }
  });
}

/** Sends requests over kept connections. */
export async function keptConnections(to: To, count: number, atOnce: number): Promise<void> {
  await together(count, atOnce, async (share) => {
    const socket = await open(to);
    for (let index = 0; index < share; index += 1) await ask(socket);
    socket.destroy();
  });
}

/** Sends requests over a kept connection while `goOn` says so. Returns the milliseconds that each answer took. */
export async function latencies(to: To, goOn: () => boolean): Promise<number[]> {
  const socket = await open(to);
  const times: number[] = [];
  while (goOn()) {
    const sentAt = performance.now();
    await ask(socket);
    times.push(performance.now() - sentAt);
  }
  socket.destroy();
  return times;
}

async function together(count: number, atOnce: number, work: (share: number) => Promise<void>): Promise<void> {
  const shares = Array.from({ length: atOnce }, (_, index) => Math.floor((count + index) / atOnce));
  await Promise.all(shares.map(work));
}

async function open(to: To): Promise<net.Socket> {
  const socket = net.connect({ ...to, noDelay: true, allowHalfOpen: true });
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
