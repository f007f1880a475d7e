import net from 'node:net';
import { UserError } from '../../../base/userError.ts';
import { BadValue } from '../badValue.ts';
import type { ConfigProblem, JumpHop } from '../hostConfig.ts';
import { checkHostName, checkUserName } from './names.ts';
import { port as readPort } from './numbers.ts';

/**
 * The hops of a ProxyJump or -J: `user@host:port` or `ssh://user@host:port`, between commas, first to last.
 *
 * @throws BadValue
 */
export function parseJump(text: string): readonly JumpHop[] {
  if (/\s/.test(text)) throw new BadValue(`white space in ${text}`);
  return text.split(',').map((hop) => parseDestination(hop));
}

/** One destination as ssh(1) -J takes it. */
export function parseDestination(text: string): JumpHop {
  return text.startsWith('ssh://') ? parseUri(text.slice('ssh://'.length), text) : parsePlain(text);
}

/**
 * A destination that a person typed: what ssh(1) -J takes for one hop, and an IPv6 address without brackets.
 *
 * @throws UserError<ConfigProblem>
 */
export function readDestination(text: string): JumpHop {
  const hop = tryBareAddress(text) ?? tryParse(text);
  checkHostName(hop.host);
  if (hop.user !== undefined) checkUserName(hop.user);
  return hop;
}

function tryBareAddress(text: string): JumpHop | undefined {
  const [, user, host = ''] = /^(?:(.+)@)?(.*)$/s.exec(text) ?? [];
  return net.isIPv6(host) ? { host, ...(user !== undefined && { user }) } : undefined;
}

function tryParse(text: string): JumpHop {
  try {
    return parseDestination(text);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new UserError<ConfigProblem>({ code: 'configBadName', what: 'host', value: text }, { cause: error });
  }
}

/** The form in which `ssh -G` prints a hop. */
export function formatHop({ user, host, port }: JumpHop): string {
  const isNumeric = host.includes(':') || /^[\d.]*$/.test(host);
  return `${user === undefined ? '' : `${user}@`}${isNumeric ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;
}

function parsePlain(text: string): JumpHop {
  const at = text.lastIndexOf('@');
  const user = at < 0 ? undefined : text.slice(0, at);
  if (user === '') throw new BadValue(`no user before @ in ${text}`);
  return { ...(user !== undefined && { user }), ...hostAndPort(text.slice(at + 1), text) };
}

function parseUri(rest: string, text: string): JumpHop {
  const [, info, authority = ''] = /^(?:([^@]*)@)?(.*)$/s.exec(rest) ?? [];
  const user = info?.replace(/;.*$/s, '');
  if (user === '') throw new BadValue(`no user before @ in ${text}`);
  const hop = hostAndPort(authority.replace(/\/$/, ''), text);
  if (!/^[a-z\d_](?:[\w-]|\.(?!\.))*$/i.test(hop.host)) throw new BadValue(`bad host name ${hop.host}`);
  return { ...(user !== undefined && { user: decodeUser(user, text) }), ...hop };
}

function hostAndPort(text: string, whole: string): { readonly host: string; readonly port?: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:/[][^:/]*))(?::(.*))?$/s.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (!host) throw new BadValue(`bad destination ${whole}`);
  return { host, ...(port && { port: Number(readPort(port)) }) };
}

function decodeUser(user: string, text: string): string {
  if (/%(?![\da-f]{2})/i.test(user)) throw new BadValue(`bad user in ${text}`);
  return user
    .replaceAll('+', ' ')
    .replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
