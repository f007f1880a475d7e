import { oneLine } from '../text.ts';
import { type ListeningSocket, parseAddress } from './socket.ts';

/**
 * `ss -tln`, with `-e` or `-p` (ss(8)). Process names are printed raw before iproute2 7.0: quotes, brackets and line
 * ends included. A name has 15 bytes at most, too few to look like a row.
 */
export function parseSs(text: string): ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const row of rows(text)) {
    const [, local = '', rest = ''] = /^LISTEN +\d+ +\d+ +(\S+) +\S+([^]*)$/.exec(row) ?? [];
    const address = parseAddress(local);
    if (!address) continue;
    const process = owner(rest);
    // What users name themselves, the process and the cgroup, is no place to look for numbers.
    const [extended = ''] = rest.split(/users:| cgroup:/, 1);
    const inode = /\bino:(\d{1,20})\b/.exec(extended)?.[1];
    const uid = /\buid:(\d{1,10})\b/.exec(extended)?.[1];
    sockets.push({
      ...address,
      ...(process && { process }),
      // ss leaves out the uid when it is root's.
      ...(inode !== undefined && { inode, uid: Number(uid ?? 0) }),
    });
  }
  return sockets;
}

/** Lines, except that one which is not the start of a row belongs to the row before: a name with a line end in it. */
function rows(text: string): string[] {
  const found: string[] = [];
  let continued: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('LISTEN ')) {
      if (continued.length > 0) found.push(continued.join('\n'));
      continued = [line.trimEnd()];
    } else if (continued.length > 0 && continued.length < 64) continued.push(line.trimEnd());
  }
  if (continued.length > 0) found.push(continued.join('\n'));
  return found;
}

const entry = /\("([^]{0,64}?)",(?:pid=)?(\d{1,10}),(?:fd=)?\d{1,10}\)/y;

/**
 * The lowest PID, usually the parent, of `users:(("node",pid=57,fd=24),("node",pid=56,fd=24))` or the older
 * `(("node",57,24))`. None when the entries do not cover the text exactly: a name made to deceive.
 */
function owner(rest: string): { pid: number; name: string } | undefined {
  const start = rest.indexOf('users:(');
  if (start < 0) return undefined;
  let lowest: { pid: number; name: string } | undefined;
  entry.lastIndex = start + 'users:('.length;
  for (;;) {
    const match = entry.exec(rest);
    if (!match) return undefined;
    const end = match.index + match[0].length;
    const pid = Number(match[2]);
    if (!lowest || pid < lowest.pid) lowest = { pid, name: oneLine(match[1] ?? '', 64) };
    if (rest[end] === ',') entry.lastIndex = end + 1;
    else return rest.slice(end).trim() === ')' ? lowest : undefined;
  }
}
