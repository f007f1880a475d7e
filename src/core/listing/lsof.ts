import { oneLine } from '../../base/oneLine.ts';
import { type ListeningSocket, parseAddress } from './socket.ts';

/**
 * `lsof -nP -iTCP -sTCP:LISTEN -F pctLn`: one field a line, its letter first (lsof(8), OUTPUT FOR OTHER PROGRAMS). A new
 * process begins with `p`. Line ends in names are escaped by lsof.
 */
export function parseLsof(text: string): ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  let process: { pid: number; name: string } | undefined;
  let user: string | undefined;
  let isIpv4 = false;
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) {
      process = /^\d{1,10}$/.test(value) ? { pid: Number(value), name: '' } : undefined;
      user = undefined;
    } else if (line.startsWith('c') && process) process = { ...process, name: oneLine(value, 64) };
    else if (line.startsWith('L')) user = oneLine(value, 64);
    else if (line.startsWith('t')) isIpv4 = value === 'IPv4';
    else if (line.startsWith('n')) {
      const address = parseAddress(value);
      if (!address) continue;
      sockets.push({
        ...address,
        ...(isIpv4 && value.startsWith('*:') && { address: '0.0.0.0' }),
        ...(process && { process }),
        ...(user !== undefined && { user }),
      });
    }
  }
  return sockets;
}
