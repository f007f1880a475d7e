import { once } from 'node:events';
import type net from 'node:net';

/** Settles when the server listens. Rejects with its error, also for arguments that `listen` throws for. */
export async function listening(server: net.Server, listen: () => void): Promise<void> {
  const done = once(server, 'listening');
  try {
    listen();
  } catch (error) {
    // `listen` throws for arguments that it rejects, for example a path with a NUL.
    server.emit('error', error);
  }
  await done;
}
