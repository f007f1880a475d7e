import { parseLsof } from '../listing/lsof.ts';
import { parseNetstatBsd, parseNetstatLinux, parseNetstatWindows } from '../listing/netstat.ts';
import { parseProcFds, parseProcNet } from '../listing/procNet.ts';
import { parseSockstat } from '../listing/sockstat.ts';
import type { ListeningSocket, SocketProcess } from '../listing/socket.ts';
import { parseSs, parseSsOwners } from '../listing/ss.ts';
import type { ListQuestion, OwnersQuestion } from './script.ts';

/** One way to list the listening sockets of a remote that has a Unix shell. */
export interface Method {
  /** The `method` of `Detection`. */
  readonly name: string;
  readonly list: ListQuestion;
  readonly parse: (text: string) => ListeningSocket[];
  /** Asked in turn until one answers. Empty if the list itself names the processes. */
  readonly owners: readonly Owners[];
}

interface Owners {
  readonly question: OwnersQuestion;
  /** Finds the process of a socket of the list. */
  readonly parse: (text: string) => (socket: ListeningSocket) => SocketProcess | undefined;
}

const byAddress =
  (parse: (text: string) => ListeningSocket[]): Owners['parse'] =>
  (text) => {
    const owners = new Map(parse(text).map((socket) => [`${socket.address} ${socket.port}`, socket.process]));
    return (socket) => owners.get(`${socket.address} ${socket.port}`);
  };

const byInode: Owners['parse'] = (text) => {
  const owners = parseProcFds(text);
  return ({ inode = '' }) => {
    const pid = owners.get(inode);
    return pid === undefined ? undefined : { pid, name: '' };
  };
};

const ss: Method = {
  name: 'ss',
  list: 'ss',
  parse: parseSs,
  owners: [{ question: 'ssOwners', parse: byAddress(parseSsOwners) }],
};
const proc: Method = {
  name: 'proc',
  list: 'proc',
  parse: parseProcNet,
  owners: [{ question: 'procOwners', parse: byInode }],
};
const netstatLinux: Method = {
  name: 'netstat',
  list: 'netstatLinux',
  parse: parseNetstatLinux,
  owners: [{ question: 'netstatOwners', parse: byAddress(parseNetstatLinux) }],
};
const netstatBsd: Method = {
  name: 'netstat',
  list: 'netstatBsd',
  parse: parseNetstatBsd,
  owners: [
    { question: 'lsofOwners', parse: byAddress(parseLsof) },
    { question: 'sockstatOwners', parse: byAddress(parseSockstat) },
  ],
};
const netstatWindows: Method = { name: 'netstat', list: 'netstatWindows', parse: parseNetstatWindows, owners: [] };
const lsof: Method = { name: 'lsof', list: 'lsof', parse: parseLsof, owners: [] };
const sockstat: Method = { name: 'sockstat', list: 'sockstat', parse: parseSockstat, owners: [] };

/** The methods to try, in order, if `uname -s` prints `system`. The method that worked last time comes first. */
export function methodsFor(system: string, remembered?: string): readonly Method[] {
  const methods = /^(?:CYGWIN|MINGW|MSYS)/.test(system)
    ? [netstatWindows]
    : system === 'Linux'
      ? [ss, proc, netstatLinux, lsof]
      : [netstatBsd, lsof, sockstat];
  return [...methods].sort((a, b) => Number(b.name === remembered) - Number(a.name === remembered));
}
