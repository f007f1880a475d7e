import { type KnownHost, namesHost } from './knownHosts.ts';

export interface ServerKeys {
  /** All keys that the server says it has, of types that we can read. */
  readonly offered: readonly Buffer[];
  /** The offered keys of types that we accept. The server has proven that it holds each. */
  readonly proven: readonly Buffer[];
}

export interface KnownServer {
  readonly userFiles: readonly string[];
  /** The names under which the host is looked up: its own, and its address if that is checked. */
  readonly names: readonly string[];
  /** The key that the user, or the user's file, vouches for. */
  readonly trusted: Buffer;
}

export interface KeyChanges {
  readonly learned: readonly Buffer[];
  readonly obsolete: readonly KnownHost[];
}

const none: KeyChanges = { learned: [], obsolete: [] };

/**
 * The keys that ssh(1) would add to the user's files, and the lines it would remove (ssh_config(5) UpdateHostKeys). Only
 * the user may change a line made by hand (a marker, a pattern, a list longer than name and address), and a key that
 * stands for another host too. So where such a line or key exists, nothing changes.
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
  // ssh2 does not report host keys of security key types, so such an entry is never obsolete.
  const isSeen = (entry: KnownHost): boolean =>
    entry.keyType.startsWith('sk-') || isAmong([...offered, trusted], entry);
  const obsolete = own.filter((entry) => !isSeen(entry));
  const ours = [...offered, ...obsolete.map(({ key }) => key)];
  if (lines.some((entry) => !isNamed(entry) && isAmong(ours, entry))) return none;
  return { learned: proven.filter((key) => !own.some((entry) => entry.key.equals(key))), obsolete };
}
