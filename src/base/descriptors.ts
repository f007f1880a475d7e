import fs from 'node:fs';
import os from 'node:os';

/** Connections leave these file descriptors to logins, files and questions. A remote and its clients may take all others. */
export const reservedDescriptors = 32;

/** Automatic forwards leave these file descriptors to connections, and to everything else. */
export const reservedForConnections = 96;

const checkEvery = 4;
let admissions = 0;
let isShort = false;

/**
 * Whether one more connection leaves the reserve alone. Asks the system for every fourth connection, and for each connection
 * during a shortage.
 */
export function admitsConnection(): boolean {
  if (isShort || admissions++ % checkEvery === 0) isShort = !hasDescriptors(reservedDescriptors);
  return !isShort;
}

/** Whether this process may open `count` more files. Node does not tell the limit, so this opens them for a moment. */
export function hasDescriptors(count: number): boolean {
  if (process.platform === 'win32') return true; // handles have no such limit
  const files: number[] = [];
  try {
    while (files.length < count) files.push(fs.openSync(os.devNull, 'r'));
    return true;
  } catch {
    return false;
  } finally {
    for (const file of files) fs.closeSync(file);
  }
}
