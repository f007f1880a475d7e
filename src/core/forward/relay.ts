import type net from 'node:net';
import type { Duplex } from 'node:stream';
import { batchWrites } from '../../base/batchWrites.ts';

/** Counters of payload bytes, which the relay increments. */
export interface Meter {
  bytesToRemote: number;
  bytesFromRemote: number;
}

/**
 * Bytes in the write buffer at which the relay pauses the sender. The limit exceeds a stream's high-water mark, so that
 * all packets of one read leave in one write. It is small enough for thousands of readers that have stopped reading.
 */
const maxPendingBytes = 256 * 1024;

/**
 * Relays between a local socket and a channel until both are closed. A half-close passes in both directions. If the
 * channel dies, the local socket is reset, so that its client sees a fault and never a clean end.
 *
 * `local` must have `allowHalfOpen`. Resolves when both are closed; an abort closes both. Never rejects.
 */
export async function relay(local: net.Socket, remote: Duplex, meter: Meter, signal: AbortSignal): Promise<void> {
  // CAUTION: without a handler, an error event ends the process. The 'close' handlers below do the work.
  local.on('error', ignore);
  remote.on('error', ignore);
  local.setNoDelay(true);
  const localClosed = closed(local, () => (local.readableEnded ? settle(remote) : remote.destroy()));
  const remoteClosed = closed(remote, () => (remote.readableEnded ? settle(local) : reset(local)));
  pump(local, remote, (bytes) => (meter.bytesToRemote += bytes));
  pump(remote, local, (bytes) => (meter.bytesFromRemote += bytes));
  const end = (): void => {
    reset(local);
    remote.destroy();
  };
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  await Promise.all([localClosed, remoteClosed]);
  signal.removeEventListener('abort', end);
}

/** Ends a connection so that its peer sees a fault: RST for TCP (RFC 9293 §3.5.1), a plain close for a Unix socket. */
export function reset(socket: net.Socket): void {
  socket.on('error', ignore);
  // libuv cannot reset a socket during its shutdown. At that point all data is already delivered.
  const isShuttingDown = socket.writableEnded && socket.writableLength === 0;
  if (isTcp(socket) && !isShuttingDown) socket.resetAndDestroy();
  else socket.destroy();
}

function pump(from: Duplex, to: Duplex, count: (bytes: number) => void): void {
  const batch = batchWrites(to);
  from.on('data', (chunk: Buffer) => {
    if (to.destroyed) return;
    count(chunk.length);
    batch();
    to.write(chunk);
    if (to.writableLength >= maxPendingBytes) from.pause();
  });
  // RACE: a SOCKS client's FIN may arrive together with its request, before the relay starts.
  if (from.readableEnded) to.end();
  else from.on('end', () => to.end());
  to.on('drain', () => from.resume());
  from.resume();
}

/**
 * Closes the surviving stream after its buffer is sent: the other stream is closed, was read to its end, and `end()` was
 * called. CAUTION: incoming data is read and dropped until then. A socket closed with unread data sends a reset, and the
 * reset discards what its peer has not read yet.
 */
function settle(stream: Duplex): void {
  stream.resume();
  if (stream.writableFinished) stream.destroy();
  else stream.once('finish', () => stream.destroy());
}

function closed(stream: Duplex, then: () => unknown): Promise<void> {
  return new Promise((resolve) => {
    const onClose = (): void => {
      then();
      resolve();
    };
    if (stream.closed) onClose();
    else stream.once('close', onClose);
  });
}

function isTcp(socket: net.Socket): boolean {
  return socket.remoteFamily !== undefined;
}

function ignore(): void {
  return undefined;
}
