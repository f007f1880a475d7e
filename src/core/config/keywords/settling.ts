import { parseJump } from './jump.ts';
import { expand, expandTilde } from '../reading/tokens.ts';
import type { ResolvedConfig } from '../resolvedConfig.ts';
import { type Algorithms, assembleAlgorithms } from './algorithms.ts';
import type { Settled } from './keyword.ts';

export const lowerCase = (word: string): string => word.toLowerCase();

export const withTokens = (word: string, { tokens }: Settled): string => expand(word, tokens);

export const path = (word: string, { tokens, environment }: Settled): string =>
  expand(expandTilde(word, environment.home), tokens, environment.env);

export const pathOrNone = (word: string, config: Settled): string => (/^none$/i.test(word) ? word : path(word, config));

/** ssh_config(5) UpdateHostKeys: the default depends on the known_hosts files, and `ask` needs a terminal. */
export function updateHostKeys(written: string | undefined, settings: ResolvedConfig['settings']): string {
  const one = (key: string): string | undefined => settings.get(key)?.words[0];
  if (written === undefined) {
    const files = settings.get('userknownhostsfile')?.words ?? [];
    const isUsual = files.length === 0 || (files.length === 1 && files[0] === '~/.ssh/known_hosts');
    return isUsual && (one('verifyhostkeydns') ?? 'false') === 'false' ? 'true' : 'false';
  }
  if (written !== 'ask') return written;
  const isPersistent = (one('controlpersist') ?? 'no') !== 'no' && settings.has('controlpath');
  const isSilent = ['SILENT', 'FATAL', 'ERROR'].includes(one('loglevel') ?? 'INFO');
  const cannotAsk = isPersistent || settings.has('remotecommand') || one('requesttty') === 'false' || isSilent;
  return cannotAsk ? 'false' : 'ask';
}

/** @throws BadValue when a list leaves no algorithm */
export const hasAlgorithm =
  (of: Algorithms) =>
  (list: string): boolean =>
    Boolean(assembleAlgorithms(list, of));

/** ssh(1) goes to the background only with a command, or with nothing to run at all. */
export const canFork = (word: string, { settings }: Settled): boolean =>
  word === 'no' || settings.has('remotecommand') || settings.get('sessiontype')?.words[0] === 'none';

/** A ProxyCommand of `-` (stdin and stdout) has no socket to pass. */
export const canPassSocket = (word: string, { settings }: Settled): boolean =>
  word === 'no' || settings.get('proxycommand')?.words[0] !== '-';

/** The last hop is not the destination itself. */
export function isNoLoop(hops: string, { hostName, port, user }: Settled): boolean {
  const last = parseJump(hops).at(-1);
  return last?.host !== hostName || (last.port ?? 22) !== Number(port) || (last.user ?? user) !== user;
}
