import type { Writable } from 'node:stream';

/**
 * Returns a function to call before a write. All later writes of this turn of the event loop then leave in one system call,
 * not in one for each small packet.
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
