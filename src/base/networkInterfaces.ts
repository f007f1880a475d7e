import os from 'node:os';

let latest: ReturnType<typeof os.networkInterfaces> = {};

/**
 * The network interfaces of this machine. CAUTION: without a free file descriptor Node's own function throws; this function
 * then returns the previous result.
 */
export function networkInterfaces(): ReturnType<typeof os.networkInterfaces> {
  try {
    latest = os.networkInterfaces();
  } catch {
    // The previous result is returned.
  }
  return latest;
}
