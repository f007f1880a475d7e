/** One listening TCP socket as a tool of the remote printed it. What the tool does not tell is absent. */
export interface ListeningSocket {
  readonly port: number;
  /** Without brackets and zone; '::' for `*`, dotted for an IPv4 address mapped into IPv6 (RFC 4291 §2.5.5.2). */
  readonly address: string;
  readonly uid?: number;
  readonly user?: string;
  /** Another inode is another socket: thus a restart is seen although the port is the same. */
  readonly inode?: string;
  readonly process?: { readonly pid: number; readonly name: string };
}

/** `127.0.0.1:80`, `[::1]:80`, `*:80`, `:::80`, `0.0.0.0%eth0:80`; with a dot before the port where BSD puts one. */
export function parseAddress(text: string, separator: ':' | '.' = ':'): { address: string; port: number } | undefined {
  if (text.length > 100) return undefined;
  const cut = text.lastIndexOf(separator);
  const port = parsePort(text.slice(cut + 1));
  const address = cut < 0 ? undefined : normalAddress(text.slice(0, cut));
  return address === undefined || port === undefined ? undefined : { address, port };
}

export function parsePort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65535 ? port : undefined;
}

function normalAddress(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\](%[^%]*)?$/, '$1').replace(/%.*$/, '');
  if (bare === '*' || bare === '') return '::';
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare);
  if (mapped?.[1]) return mapped[1];
  return /^[\da-fA-F:.]+$/.test(bare) ? bare.toLowerCase() : undefined;
}
