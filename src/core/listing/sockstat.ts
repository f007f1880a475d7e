import { oneLine } from '../../base/oneLine.ts';
import { type ListeningSocket, parseAddress } from './socket.ts';

/** FreeBSD: `sockstat -46l -P tcp` (sockstat(1)). Columns: user, command, PID, descriptor, protocol, local and foreign address. */
export function parseSockstat(text: string): ListeningSocket[] {
  return text.split('\n').flatMap((line) => {
    // The command may contain blanks. A row without an owner has question marks.
    const match =
      line.length <= 500 && /^(\S{1,64}) +(.*?) +(\d{1,10}|\?) +(?:\d{1,10}|\?) +(tcp\d*) +(\S+) +\S+/.exec(line);
    if (!match) return [];
    const [, user = '', name = '', pid = '', protocol = '', local = ''] = match;
    const address = parseAddress(local);
    if (!address) return [];
    const isAnyIpv4 = local.startsWith('*') && !protocol.includes('6');
    return [
      {
        ...address,
        ...(isAnyIpv4 && { address: '0.0.0.0' }),
        ...(pid !== '?' && { user: oneLine(user, 64), process: { pid: Number(pid), name: oneLine(name, 64) } }),
      },
    ];
  });
}
