import type { ChildProcess } from 'node:child_process';
import { Readable, Writable } from 'node:stream';

/**
 * A child that was just made, with all its streams: for want of file descriptors Node makes one without any. It gets
 * some that have ended, and its 'error' says why, as that of a program that is not there.
 */
export function withStreams<T extends ChildProcess>(child: T): T {
  const isWithout = (child as { readonly stdio?: unknown }).stdio === undefined;
  if (isWithout) {
    Object.assign(child, { stdin: new Writable().destroy(), stdout: Readable.from([]), stderr: Readable.from([]) });
  }
  return child;
}
