/** The destination of ssh(1), as one word of a command line or of ProxyJump. `port`: as written. */
export interface Destination {
  readonly host: string;
  readonly user?: string;
  readonly port?: string;
}

/** Reads the `[user@]host` or `ssh://…` of a command line. Undefined if ssh(1) refuses the word. */
export function splitDestination(word: string): Destination | undefined {
  const uri = uriBody(word);
  if (uri !== undefined) return splitUri(uri);
  const { user, rest: host } = splitUser(word);
  return host === '' || user === '' ? undefined : { host, ...(user !== undefined && { user }) };
}

/** Reads one hop of ssh(1) -J: `[user@]host[:port]` or `ssh://…`. Undefined if ssh(1) refuses it. */
export function splitHop(text: string): Destination | undefined {
  const uri = uriBody(text);
  if (uri !== undefined) return splitUri(uri);
  const { user, rest } = splitUser(text);
  const address = splitPort(rest);
  return user === '' || !address ? undefined : { ...(user !== undefined && { user }), ...address };
}

function uriBody(text: string): string | undefined {
  return /^ssh:\/\/(.*?)\/?$/s.exec(text)?.[1];
}

/** `[user[;…]@]host[:port]` of an ssh URI. Unlike ssh(1), it takes an IPv6 address in brackets. */
function splitUri(text: string): Destination | undefined {
  const [, user, rest = ''] = /^(?:([^@]*)@)?(.*)$/s.exec(text) ?? [];
  const address = splitPort(rest);
  if (!address || !/^(?:[a-z\d_](?:[\w-]|\.(?!\.))*|[\da-f:.]+(?:%[\w-]+)?)$/i.test(address.host)) return undefined;
  if (user === undefined) return address;
  const decoded = decode(user.replace(/;.*$/s, ''));
  return decoded ? { user: decoded, ...address } : undefined;
}

/** The last `@` ends the user, because a user name may contain one (`me@corp.example@box`). */
function splitUser(text: string): { readonly user: string | undefined; readonly rest: string } {
  const at = text.lastIndexOf('@');
  return { user: at < 0 ? undefined : text.slice(0, at), rest: text.slice(at + 1) };
}

function splitPort(text: string): Destination | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:/[][^:/]*))(?::(.*))?$/s.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host ? { host, ...(port && { port }) } : undefined;
}

/** Percent codes (RFC 3986 §2.1). As in ssh(1), a plus sign stands for a blank. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
