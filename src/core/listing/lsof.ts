import { oneLine } from '../../base/oneLine.ts';
import { type ListeningSocket, parseAddress, type SocketProcess } from './socket.ts';

/** The sockets of `lsof -nP -iTCP -sTCP:LISTEN -F pctLn`. */
export function parseLsof(text: string): ListeningSocket[] {
  return files(text).flatMap(({ name, isIpv4, process, user }) => {
    const address = parseAddress(name);
    if (!address) return [];
    return {
      ...address,
      ...(isIpv4 && name.startsWith('*:') && { address: '0.0.0.0' }),
      ...(process && { process }),
      ...(user !== undefined && { user }),
    };
  });
}

/** The first process of `lsof -F pcn FILE`. */
export function parseLsofProcess(text: string): SocketProcess | undefined {
  return files(text)[0]?.process;
}

interface OpenFile {
  readonly name: string;
  readonly isIpv4: boolean;
  readonly process: SocketProcess | undefined;
  readonly user: string | undefined;
}

/**
 * lsof(8), OUTPUT FOR OTHER PROGRAMS: one field per line, and the field's letter comes first. `p` starts a process, and
 * `n` (the name) is the last field of a file. lsof escapes line ends in names.
 */
function files(text: string): OpenFile[] {
  const found: OpenFile[] = [];
  let process: SocketProcess | undefined;
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
    else if (line.startsWith('n')) found.push({ name: value, isIpv4, process, user });
  }
  return found;
}
