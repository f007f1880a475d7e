import type { ChildProcess } from 'node:child_process';
import { Readable, Writable } from 'node:stream';

/**
 * Gives a new child process all of its streams. CAUTION: if Node runs out of file descriptors, `spawn` returns a child
 * without streams. Such a child gets streams that have ended, and its 'error' event reports the failure.
 */
export function withStreams<T extends ChildProcess>(child: T): T {
  const isWithout = (child as { readonly stdio?: unknown }).stdio === undefined;
  if (isWithout) {
    Object.assign(child, { stdin: new Writable().destroy(), stdout: Readable.from([]), stderr: Readable.from([]) });
  }
  return child;
}
