import path from 'node:path';
import { BadValue } from '../badValue.ts';
import { expand, homeOf, type Tokens } from './tokens.ts';
import type { Environment } from '../environment.ts';

/**
 * The absolute pattern for an argument of Include. A relative path starts at `~/.ssh`, or at the system's folder in a
 * system-wide file, never at the including file. Undefined: OpenSSH skips the path.
 *
 * @param tokens undefined where tokens are unknown: a path that needs one is skipped
 * @throws BadValue
 */
export function includePattern(
  argument: string,
  origin: 'user' | 'system',
  tokens: Tokens | undefined,
  environment: Environment,
): string | undefined {
  if (!tokens && argument.includes('%')) return undefined;
  const pattern = expandIfSet(argument, tokens, environment);
  if (pattern === undefined) return undefined;
  if (pattern.startsWith('~')) {
    if (origin === 'system') throw new BadValue(`~ in a system-wide file: ${pattern}`);
    return underHome(pattern, environment);
  }
  if (path.isAbsolute(pattern)) return pattern;
  return path.join(origin === 'user' ? path.join(environment.includeHome, '.ssh') : environment.systemFolder, pattern);
}

/** OpenSSH skips a path with an unset variable. An unknown token is an error. */
function expandIfSet(argument: string, tokens: Tokens | undefined, environment: Environment): string | undefined {
  const isUnset = [...argument.matchAll(/\$\{([^}]+)\}/g)].some(([, name = '']) => environment.env[name] === undefined);
  return isUnset ? undefined : expand(argument, tokens, environment.env);
}

function underHome(pattern: string, environment: Environment): string | undefined {
  const [, user = '', rest = ''] = /^~([^/]*)(.*)$/s.exec(pattern) ?? [];
  const home = user ? homeOf(user) : environment.includeHome;
  return home === undefined ? undefined : home + rest;
}
