import { type KnownHost, namesHost } from './knownHosts.ts';

export interface ServerKeys {
  /** All that it says it has, of types that we can read. */
  readonly offered: readonly Buffer[];
  /** Those of them that we would accept; it has proven to hold each. */
  readonly proven: readonly Buffer[];
}

export interface KnownServer {
  readonly userFiles: readonly string[];
  /** Under what the host is looked up: its name, and its address if that is checked. */
  readonly names: readonly string[];
  /** The key by which we know the server. */
  readonly trusted: Buffer;
}

export interface KeyChanges {
  readonly learned: readonly Buffer[];
  readonly obsolete: readonly KnownHost[];
}

const none: KeyChanges = { learned: [], obsolete: [] };

/**
 * What ssh(1) would add to the user's files and take out of them (ssh_config(5) UpdateHostKeys). Nothing where a line was
 * made by hand (a marker, a pattern, a list longer than name and address) or where a key stands for another host too:
 * that is for the user to change.
 */
export function keyChanges(
  entries: readonly KnownHost[],
  { userFiles, names, trusted }: KnownServer,
  { offered, proven }: ServerKeys,
): KeyChanges {
  const isNamed = ({ hosts }: KnownHost): boolean => names.some((name) => namesHost(hosts, name));
  const isAmong = (keys: readonly Buffer[], { key }: KnownHost): boolean => keys.some((each) => each.equals(key));
  const isByHand = ({ marker, hosts }: KnownHost): boolean =>
    marker !== 'none' ||
    /[*?]|,.*,/.test(hosts) ||
    (hosts.includes(',') && !names.every((name) => namesHost(hosts, name)));
  const lines = entries.filter(({ file }) => userFiles.includes(file));
  const own = lines.filter(isNamed);
  if (own.some(isByHand) || !own.some(({ key }) => key.equals(trusted))) return none;
  // Security keys of hosts are not shown to us, so nothing is known about them.
  const isSeen = (entry: KnownHost): boolean =>
    entry.keyType.startsWith('sk-') || isAmong([...offered, trusted], entry);
  const obsolete = own.filter((entry) => !isSeen(entry));
  const ours = [...offered, ...obsolete.map(({ key }) => key)];
  if (lines.some((entry) => !isNamed(entry) && isAmong(ours, entry))) return none;
  return { learned: proven.filter((key) => !own.some((entry) => entry.key.equals(key))), obsolete };
}
