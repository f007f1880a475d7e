import path from 'node:path';
import { BadValue } from '../badValue.ts';
import { expand, homeOf, type Tokens } from './tokens.ts';
import type { World } from '../environment.ts';

/**
 * The absolute pattern that an argument of Include means: relative ones are below `~/.ssh`, or below the system's
 * folder in a system-wide file, never beside the including file. Undefined: OpenSSH passes over it.
 *
 * @param tokens undefined where they are not known yet, then a path that needs one is passed over
 * @throws BadValue
 */
export function includePattern(
  argument: string,
  origin: 'user' | 'system',
  tokens: Tokens | undefined,
  world: World,
): string | undefined {
  if (!tokens && argument.includes('%')) return undefined;
  const pattern = expandIfSet(argument, tokens, world);
  if (pattern === undefined) return undefined;
  if (pattern.startsWith('~')) {
    if (origin === 'system') throw new BadValue(`~ in a system-wide file: ${pattern}`);
    return underHome(pattern, world);
  }
  if (path.isAbsolute(pattern)) return pattern;
  return path.join(origin === 'user' ? path.join(world.includeHome, '.ssh') : world.systemFolder, pattern);
}

/** A variable that is not set makes OpenSSH skip the path; an unknown token is an error. */
function expandIfSet(argument: string, tokens: Tokens | undefined, world: World): string | undefined {
  const isUnset = [...argument.matchAll(/\$\{([^}]+)\}/g)].some(([, name = '']) => world.env[name] === undefined);
  return isUnset ? undefined : expand(argument, tokens, world.env);
}

function underHome(pattern: string, world: World): string | undefined {
  const [, user = '', rest = ''] = /^~([^/]*)(.*)$/s.exec(pattern) ?? [];
  const home = user ? homeOf(user) : world.includeHome;
  return home === undefined ? undefined : home + rest;
}
