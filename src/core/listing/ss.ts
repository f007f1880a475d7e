import { oneLine } from '../../base/oneLine.ts';
import { type ListeningSocket, parseAddress, type SocketProcess } from './socket.ts';

/** `ss -tne state listening` (ss(8)): one line per socket, with its inode and its user. */
export function parseSs(text: string): ListeningSocket[] {
  return text.split('\n').flatMap((line) => {
    const { address, backlog, rest } = row(line);
    if (!address) return [];
    // CAUTION: a user chooses the name of a cgroup. It may contain `ino:` or `uid:`.
    const [extended = ''] = rest.split(' cgroup:', 1);
    const inode = /\bino:(\d{1,20})\b/.exec(extended)?.[1];
    const uid = /\buid:(\d{1,10})\b/.exec(extended)?.[1];
    // ss omits root's uid.
    return [{ ...address, backlog, ...(inode !== undefined && { inode, uid: Number(uid ?? 0) }) }];
  });
}

/**
 * `ss -tlnp`. CAUTION: before iproute2 7.0, ss prints process names unescaped, with quotes, brackets and line ends. A name
 * has at most 15 bytes; that is too short to imitate a row that begins with its state.
 */
export function parseSsOwners(text: string): ListeningSocket[] {
  return rows(text).flatMap((line) => {
    const { address, rest } = row(line);
    const process = owner(rest);
    return address ? [{ ...address, ...(process && { process }) }] : [];
  });
}

interface SsRow {
  readonly address: ReturnType<typeof parseAddress>;
  readonly backlog: number;
  readonly rest: string;
}

/** ss omits the state if the caller asked for one state only. Send-Q of a listening socket is its backlog. */
function row(text: string): SsRow {
  const [, backlog, local = '', rest = ''] = /^(?:LISTEN +)?\d+ +(\d+) +(\S+) +\S+([^]*)$/.exec(text) ?? [];
  return { address: parseAddress(local), backlog: Number(backlog), rest };
}

/** A line that starts no row continues the row before it: a process name contains a line end. */
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
 * The lowest PID, usually the parent's, of `users:(("node",pid=57,fd=24),("node",pid=56,fd=24))` or the older
 * `(("node",57,24))`. SECURITY: undefined if the entries do not cover the text exactly, because then a process name
 * imitates an entry.
 */
function owner(rest: string): SocketProcess | undefined {
  const start = rest.indexOf('users:(');
  if (start < 0) return undefined;
  let lowest: SocketProcess | undefined;
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
