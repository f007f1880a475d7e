import { badName, checkHostName, checkUserName } from './names.ts';
import { readPort } from './services.ts';

/** A host that ssh(1) connects to. */
export interface Destination {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

/** A destination whose port is still text: a number, or the name of a service. */
export interface WrittenDestination {
  readonly host: string;
  readonly user?: string;
  readonly port?: string;
}

/**
 * Splits the destination on a command line of ssh(1): `[user@]host` or `ssh://[user[;…]@]host[:port]`. Undefined when it
 * names no host, or is not such a URI.
 */
export function splitDestination(word: string): WrittenDestination | undefined {
  const uri = uriBody(word);
  if (uri !== undefined) return splitUri(uri);
  const { user, rest } = splitUser(word);
  return rest === '' ? undefined : { host: rest, ...(user !== undefined && { user }) };
}

/**
 * Reads one hop of ssh(1) -J and of ProxyJump: `[user@]host[:port]` or `ssh://[user[;…]@]host[:port]`. OpenSSH takes no
 * IPv6 address inside a URI. Undefined when the text is no destination.
 */
export function parseHop(text: string): Destination | undefined {
  const uri = uriBody(text);
  const written = uri === undefined ? splitHop(text) : splitUri(uri);
  if (!written || (uri !== undefined && !isDomain(written.host))) return undefined;
  const { port: portText, ...hop } = written;
  if (portText === undefined) return hop;
  const port = readPort(portText);
  return port === undefined ? undefined : { ...hop, port };
}

/**
 * Reads a destination that a person typed or picked: one hop of -J, an IPv6 address without brackets, or an alias with
 * slashes, which only the command line of ssh(1) takes.
 *
 * @throws UserError<BadNameProblem>
 */
export function readDestination(text: string): Destination {
  const { user, rest } = splitUser(text);
  const isWhole = isIpv6(rest) || (/^[^:]+\/[^:]*$/.test(rest) && user !== '');
  const destination = isWhole ? { host: rest, ...(user !== undefined && { user }) } : parseHop(text);
  if (!destination) throw badName('host', text);
  checkHostName(destination.host);
  if (destination.user !== undefined) checkUserName(destination.user);
  return destination;
}

/** With or without a zone: `fe80::1%eth0`. */
function isIpv6(text: string): boolean {
  const [, address] = /^([\da-f]*:[\da-f:.]*)(?:%[\w.:-]+)?$/i.exec(text) ?? [];
  return address !== undefined && URL.canParse(`http://[${address}]`);
}

function uriBody(text: string): string | undefined {
  return /^ssh:\/\/(.*?)\/?$/s.exec(text)?.[1];
}

/** A user name may contain `@`: the last one separates it from the host. */
function splitUser(text: string): { readonly user?: string; readonly rest: string } {
  const at = text.lastIndexOf('@');
  return at < 0 ? { rest: text } : { user: text.slice(0, at), rest: text.slice(at + 1) };
}

function splitUri(body: string): WrittenDestination | undefined {
  const [, user, rest = ''] = /^(?:([^@]*)@)?(.*)$/s.exec(body) ?? [];
  const where = rest.includes('@') ? undefined : splitHostPort(rest);
  if (user === undefined) return where;
  const decoded = decode(user.replace(/;.*$/s, ''));
  return where && decoded ? { user: decoded, ...where } : undefined;
}

function splitHop(text: string): WrittenDestination | undefined {
  const { user, rest } = splitUser(text);
  const where = user === '' ? undefined : splitHostPort(rest);
  return where && { ...(user !== undefined && { user }), ...where };
}

function splitHostPort(text: string): { readonly host: string; readonly port?: string } | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:/[][^:/]*))(?::([^:/]*))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host ? { host, ...(port && { port }) } : undefined;
}

/** valid_domain() of OpenSSH. */
function isDomain(host: string): boolean {
  return /^[a-z\d_](?:[\w-]|\.(?!\.))*$/i.test(host);
}

/** Decodes percent codes (RFC 3986, 2.1), and a plus sign as a blank. ssh(1) refuses an encoded NUL. */
function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '));
    return decoded.includes('\0') ? undefined : decoded;
  } catch {
    return undefined;
  }
}
