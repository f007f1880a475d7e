import { type KnownHost, namesHost } from './knownHosts.ts';

export interface ServerKeys {
  readonly userFiles: readonly string[];
  /** Under what the host is looked up: its name, and its address if that is checked. */
  readonly names: readonly string[];
  /** The key by which we know the server. */
  readonly trusted: Buffer;
  /** The keys that it has and has proven to hold. */
  readonly proven: readonly Buffer[];
}

/**
 * Those of a server's keys that ssh(1) would add to the user's file (ssh_config(5) UpdateHostKeys). None where a line was
 * made by hand (a marker, a pattern, a list longer than name and address) or where a key stands for another host too:
 * that is for the user to change.
 */
export function keysToLearn(entries: readonly KnownHost[], server: ServerKeys): readonly Buffer[] {
  const { userFiles, names, trusted, proven } = server;
  const isNamed = ({ hosts }: KnownHost): boolean => names.some((name) => namesHost(hosts, name));
  const lines = entries.filter(({ file }) => userFiles.includes(file));
  const own = lines.filter(isNamed);
  const isByHand = own.some(({ marker, hosts }) => marker !== 'none' || /[*?]|,.*,/.test(hosts));
  const isShared = lines.some((entry) => !isNamed(entry) && proven.some((key) => key.equals(entry.key)));
  if (isByHand || isShared || !own.some(({ key }) => key.equals(trusted))) return [];
  return proven.filter((key) => !own.some((entry) => entry.key.equals(key)));
}
