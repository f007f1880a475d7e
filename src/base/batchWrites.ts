import type { Writable } from 'node:stream';

/**
 * Returns a function to call before a write: all that this turn of the event loop then writes to `stream` leaves in one
 * piece. Each small packet would else cost a system call of its own.
 */
export function batchWrites(stream: Writable): () => void {
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    stream.uncork();
  };
  return () => {
    if (isCorked) return;
    isCorked = true;
    stream.cork();
    process.nextTick(uncork);
  };
}
