import { isPort } from '../spec/port.ts';
import type { ListeningSocket } from './socket.ts';

/** Rows of /proc/net/tcp and /proc/net/tcp6 (proc(5)). State 0A means listening; addresses are little-endian 32-bit words. */
export function parseProcNet(text: string): ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const line of text.split('\n')) {
    const [, words = '', hexPort = '', uid = '', inode = ''] = row.exec(line) ?? [];
    const port = Number.parseInt(hexPort, 16);
    if (!isPort(port)) continue;
    const address = words.length === 8 ? littleEndianIpv4(words) : ipv6(words);
    sockets.push({ port, address, uid: Number(uid), inode });
  }
  return sockets;
}

const row =
  /^ *\d+: ((?:[\dA-F]{8}){1,4}):([\dA-F]{4}) [\dA-F]+:0000 0A [\dA-F]+:[\dA-F]+ [\dA-F]+:[\dA-F]+ [\dA-F]+ +(\d{1,10}) +\d+ (\d{1,20}) /;

/** `0100007F` is 127.0.0.1. */
export function littleEndianIpv4(word: string): string {
  return [6, 4, 2, 0].map((at) => Number.parseInt(word.slice(at, at + 2), 16)).join('.');
}

function ipv6(words: string): string {
  const bytes = [0, 8, 16, 24].flatMap((at) =>
    littleEndianIpv4(words.slice(at, at + 8).padEnd(8, '0'))
      .split('.')
      .map(Number),
  );
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return bytes.slice(12).join('.');
  return hexAddress(bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(''));
}

/** An IPv6 address of 32 hexadecimal digits in network order, as people write it. */
export function hexAddress(digits: string): string {
  return compress((digits.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16)));
}

/** RFC 5952 §4.2: '::' replaces the longest run of two or more zero groups. */
function compress(groups: readonly string[]): string {
  const runs = groups.join(':').match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return groups.join(':');
  const text = groups.join(':');
  const at = new RegExp(`(?:^|:)${longest}(?:$|:)`).exec(text);
  return at ? `${text.slice(0, at.index)}::${text.slice(at.index + at[0].length)}` : text;
}

/**
 * The process of each socket inode, from `ls -l /proc/PID/fd`. CAUTION: a file name may contain an arrow, so only a line
 * whose first arrow leads to a socket counts.
 */
export function parseProcFds(text: string): Map<string, number> {
  const owners = new Map<string, number>();
  let pid: number | undefined;
  for (const line of text.split('\n')) {
    const folder = /^\/proc\/(\d{1,10})\/fd:$/.exec(line);
    if (folder) pid = Number(folder[1]);
    const target = /^l[^>]{1,200} \d+ -> (.*)$/.exec(line)?.[1];
    const inode = target && socketInode(target);
    if (inode === undefined || pid === undefined) continue;
    const known = owners.get(inode);
    if (known === undefined || pid < known) owners.set(inode, pid);
  }
  return owners;
}

/** The inode in the target of a link in /proc/PID/fd (proc(5)). Undefined if the descriptor is no socket. */
export function socketInode(target: string): string | undefined {
  return /^socket:\[(\d{1,20})\]$/.exec(target)?.[1];
}

/** The inodes of the sockets that listen at `path`, from /proc/net/unix (proc(5)). Flags 00010000 mean listening. */
export function unixInodes(text: string, path: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, inode, found] = /^[\da-f]+: [\da-f]+ [\da-f]+ 00010000 \d+ \d+ +(\d{1,20}) (.*)$/i.exec(line) ?? [];
    return found === path && inode !== undefined ? [inode] : [];
  });
}
