import { oneLine } from '../../base/oneLine.ts';
import { type ListeningSocket, parseAddress } from './socket.ts';

/**
 * Linux: `netstat -tln` of net-tools and busybox, with `-e` or `-p` (netstat(8)). `:::80` is IPv6 only, or both families.
 * After the state follow the user and the inode, or PID/program.
 */
export function parseNetstatLinux(text: string): ListeningSocket[] {
  return lines(text, /^tcp6? +\d+ +\d+ +(\S+) +\S+ +LISTEN *(.*)$/).flatMap(([local = '', rest = '']) => {
    const address = parseAddress(local);
    if (!address) return [];
    const [, pid, name] = /^(\d{1,10})\/(.*)$/.exec(rest) ?? [];
    if (pid !== undefined) return [{ ...address, process: { pid: Number(pid), name: oneLine(name ?? '', 64) } }];
    const [, user, inode] = /^(\S{1,64}) +(\d{1,20})$/.exec(rest) ?? [];
    if (user === undefined || inode === undefined) return [address];
    return [{ ...address, inode, ...(/^\d{1,10}$/.test(user) ? { uid: Number(user) } : { user: oneLine(user, 64) }) }];
  });
}

/** macOS and the BSDs: `netstat -an -p tcp`. A dot precedes the port; `tcp4`, `tcp6` or `tcp46` gives the family of `*.80`. */
export function parseNetstatBsd(text: string): ListeningSocket[] {
  return lines(text, /^(tcp\d*) +\d+ +\d+ +(\S+) +\S+ +LISTEN\b/).flatMap(([protocol = '', local = '']) => {
    const address = parseAddress(local, '.');
    if (!address) return [];
    const isAnyIpv4 = local.startsWith('*') && !protocol.includes('6');
    return [isAnyIpv4 ? { ...address, address: '0.0.0.0' } : address];
  });
}

/** Windows: `netstat -ano`. Windows translates the word LISTENING, so the foreign port 0 identifies a listening socket. */
export function parseNetstatWindows(text: string): ListeningSocket[] {
  return lines(text, /^ *TCP +(\S+) +\S+:0 +\D+ (\d{1,10})$/).flatMap(([local = '', pid = '']) => {
    const address = parseAddress(local);
    return address ? [{ ...address, process: { pid: Number(pid), name: '' } }] : [];
  });
}

function lines(text: string, pattern: RegExp): string[][] {
  return text.split('\n').flatMap((line) => {
    if (line.length > 500) return [];
    const match = pattern.exec(line.trimEnd());
    return match ? [match.slice(1)] : [];
  });
}
