/** Where ssh(1) is to go, as the word on its command line says. `port`: as written. */
export interface Destination {
  readonly host: string;
  readonly user?: string;
  readonly port?: string;
}

/** Reads `[user@]host` or `ssh://[user[;…]@]host[:port]`; undefined where no host is named, or it is no such URI. */
export function splitDestination(word: string): Destination | undefined {
  const [, uri] = /^ssh:\/\/(.*?)\/?$/is.exec(word) ?? [];
  const [, user, rest = ''] = /^(?:(.*)@)?(.*)$/s.exec(uri ?? word) ?? [];
  if (uri === undefined) return rest === '' ? undefined : { host: rest, ...(user !== undefined && { user }) };
  const [, bracketed, name, port] = /^(?:\[([^\]]*)\]|([^:/]*))(?::([^:/]*))?$/.exec(rest) ?? [];
  const host = bracketed ?? name;
  const decoded = decode(user?.replace(/;.*$/s, '') ?? '');
  if (!host || decoded === undefined) return undefined;
  return { host, ...(user !== undefined && { user: decoded }), ...(port && { port }) };
}

/** Percent codes (RFC 3986, 2.1), and a plus sign for a blank, as ssh(1) has it. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
