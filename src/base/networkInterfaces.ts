import os from 'node:os';

let latest: ReturnType<typeof os.networkInterfaces> = {};

/** The network interfaces of this machine. CAUTION: Node's own function throws without a free file descriptor; this one then gives the latest answer. */
export function networkInterfaces(): ReturnType<typeof os.networkInterfaces> {
  try {
    latest = os.networkInterfaces();
  } catch {
    // The latest answer is the best one.
  }
  return latest;
}
