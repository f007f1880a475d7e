import type net from 'node:net';
import type { Duplex } from 'node:stream';

/** Counts payload bytes. The relay adds to it as they pass. */
export interface Meter {
  bytesToRemote: number;
  bytesFromRemote: number;
}

/**
 * Written but not yet taken by the system, before the sender is paused. Larger than a stream's own mark, so that all
 * packets of one read of the link go out in one write; small enough that thousands of stalled readers stay affordable.
 */
const maxPendingBytes = 256 * 1024;

/**
 * Joins a local socket and the other side of the link until both are done. Half-closing is kept both ways. Abnormal
 * death is passed on as such: the local socket is reset, so that its client sees a fault and never a clean end.
 *
 * `local` must come with `allowHalfOpen`. Resolves when both are closed, which the signal brings about. Never rejects.
 */
export async function relay(local: net.Socket, remote: Duplex, meter: Meter, signal: AbortSignal): Promise<void> {
  // Their 'close' tells what has to be done; without a listener an error would end the whole process.
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
  // libuv cannot reset what is just being shut down, and all has been delivered then.
  const isShuttingDown = socket.writableEnded && socket.writableLength === 0;
  if (isTcp(socket) && !isShuttingDown) socket.resetAndDestroy();
  else socket.destroy();
}

function pump(from: Duplex, to: Duplex, count: (bytes: number) => void): void {
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    to.uncork();
  };
  from.on('data', (chunk: Buffer) => {
    if (to.destroyed) return;
    count(chunk.length);
    if (!isCorked) {
      isCorked = true;
      to.cork();
      process.nextTick(uncork);
    }
    to.write(chunk);
    if (to.writableLength >= maxPendingBytes) from.pause();
  });
  // A SOCKS client may have ended already: its FIN can come right behind its request.
  if (from.readableEnded) to.end();
  else from.on('end', () => to.end());
  to.on('drain', () => from.resume());
  from.resume();
}

/**
 * The other one is gone, but all it said has been read and `end()` has been called: that still goes out. What comes
 * in is drained, for a system that closes a socket with unread data throws away what its peer has still to read.
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
