import { isPort } from '../../core/spec/port.ts';
import { ScriptError } from './readArguments.ts';

/** What a link asks for: a port of a host. */
export interface Link {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `…/forward?host=devbox&port=5000`. SECURITY: anybody can make a link, so it says exactly this or is refused: no
 * other parameter, none twice, and no host with a character that a shell or an option could make something of.
 *
 * @throws ScriptError
 */
export function readLink(path: string, query: string): Link {
  if (path !== '/forward') throw new ScriptError('The only link is /forward?host=…&port=….');
  const given = [...new URLSearchParams(query)];
  const names = given.map(([name]) => name);
  if (names.toSorted().join() !== 'host,port')
    throw new ScriptError('A link names one host and one port, and nothing else.');
  const { host = '', port = '' } = Object.fromEntries(given);
  if (!/^(?:\w[\w.-]*@)?\w[\w.-]*(?::\d{1,5})?$/u.test(host) || host.length > 255)
    throw new ScriptError('The host of a link is a name, with a user before and a port after it at most.');
  if (!/^\d{1,5}$/u.test(port) || !isPort(Number(port)))
    throw new ScriptError('The port of a link is a number from 1 to 65535.');
  return { host, port: Number(port) };
}
