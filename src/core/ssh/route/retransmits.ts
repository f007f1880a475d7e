import { readFile } from 'node:fs/promises';
import type net from 'node:net';
import { networkInterfaces } from '../../../base/networkInterfaces.ts';

/** `tr` of a row of /proc/net/tcp (proc_net_tcp.txt): the timer that sends unacknowledged bytes again. */
const RETRANSMIT_TIMER = '01';

/**
 * How often Linux has retransmitted the same bytes of a socket without an acknowledgement. Undefined on other systems.
 * Infinity when this machine no longer has the socket's address. 0 for a live peer that does not read: its kernel
 * acknowledges, and the closed window has another timer.
 */
export async function retransmits(socket: net.Socket): Promise<number | undefined> {
  // RACE: a socket that closes during the read of the table loses its ports, so copy them now.
  const { localAddress, localPort, remotePort, remoteFamily } = socket;
  if (localAddress !== undefined && !isOurs(localAddress)) return Infinity;
  if (process.platform !== 'linux' || localPort === undefined || remotePort === undefined) return undefined;
  const table = `/proc/self/net/${remoteFamily === 'IPv6' ? 'tcp6' : 'tcp'}`;
  return retransmitsIn(await readFile(table, 'utf8').catch(() => ''), localPort, remotePort);
}

function isOurs(address: string): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((each) => each.address === address));
}

/** The same, from the text of the table. */
export function retransmitsIn(table: string, localPort: number, remotePort: number): number | undefined {
  const ends = [localPort, remotePort].map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`);
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', , , timer = '', count = ''] = line.trim().split(/\s+/u);
    if (!local.endsWith(ends[0] ?? '') || !remote.endsWith(ends[1] ?? '')) continue;
    return timer.startsWith(`${RETRANSMIT_TIMER}:`) ? Number.parseInt(count, 16) : 0;
  }
  return undefined;
}
