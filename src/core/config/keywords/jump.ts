import net from 'node:net';
import { UserError } from '../../../base/userError.ts';
import { splitHop } from '../../spec/destination.ts';
import { BadValue } from '../badValue.ts';
import type { ConfigProblem, JumpHop } from '../hostConfig.ts';
import { checkHostName, checkUserName } from '../../spec/names.ts';
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
  const hop = splitHop(text);
  if (!hop) throw new BadValue(`bad destination ${text}`);
  const { port, ...rest } = hop;
  return { ...rest, ...(port !== undefined && { port: Number(readPort(port)) }) };
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
