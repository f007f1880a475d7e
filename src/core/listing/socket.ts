import { isPort } from '../spec/port.ts';

/** One listening TCP socket as a tool printed it. A field is absent if the tool does not print it. */
export interface ListeningSocket {
  readonly port: number;
  /** Without brackets and zone. '::' stands for `*`. An IPv4 address mapped into IPv6 is dotted (RFC 4291 §2.5.5.2). */
  readonly address: string;
  readonly uid?: number;
  readonly user?: string;
  /** Another inode is another socket: this shows a server's restart on the same port. */
  readonly inode?: string;
  /** How many connections may wait for the program: what it gave to listen(2), or the system's limit. */
  readonly backlog?: number;
  readonly process?: SocketProcess;
}

/** The name is empty if the tool prints only the PID. */
export interface SocketProcess {
  readonly pid: number;
  readonly name: string;
}

/** Reads `127.0.0.1:80`, `[::1]:80`, `*:80`, `:::80` or `0.0.0.0%eth0:80`. The BSDs put a dot before the port. */
export function parseAddress(text: string, separator: ':' | '.' = ':'): { address: string; port: number } | undefined {
  if (text.length > 100) return undefined;
  const cut = text.lastIndexOf(separator);
  const digits = text.slice(cut + 1);
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  const address = cut < 0 ? undefined : normalAddress(text.slice(0, cut));
  return address === undefined || !isPort(port) ? undefined : { address, port };
}

function normalAddress(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\](%[^%]*)?$/, '$1').replace(/%.*$/, '');
  if (bare === '*' || bare === '') return '::';
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare);
  if (mapped?.[1]) return mapped[1];
  return /^[\da-fA-F:.]+$/.test(bare) ? bare.toLowerCase() : undefined;
}
