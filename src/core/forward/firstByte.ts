import type net from 'node:net';

/** The first byte of a client. `nothing`: the client left before it sent any. */
export type FirstByte = 'tls' | 'other' | 'nothing';

/** RFC 8446 §5.1: every TLS client begins with a handshake record. No HTTP method begins with this byte. */
const handshakeRecord = 0x16;

/** Waits for the first bytes of a paused socket, and leaves them in the socket. An abort or an early end closes it. */
export function firstByte(socket: net.Socket, signal: AbortSignal): Promise<FirstByte> {
  return new Promise((resolve) => {
    const settle = (first: FirstByte): void => {
      socket.off('data', onData).off('end', leave).off('close', leave);
      signal.removeEventListener('abort', leave);
      resolve(first);
    };
    const onData = (chunk: Buffer): void => {
      socket.pause();
      socket.unshift(chunk);
      settle(chunk[0] === handshakeRecord ? 'tls' : 'other');
    };
    const leave = (): void => {
      socket.destroy();
      settle('nothing');
    };
    socket.on('data', onData).on('end', leave).on('close', leave);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted || socket.destroyed) leave();
    else socket.resume();
  });
}
