import fs from 'node:fs';
import path from 'node:path';
import { BadValue } from '../badValue.ts';
import type { Environment } from '../environment.ts';

/** The texts for `%h`, `%p` … by letter (ssh_config(5) TOKENS). `%%` needs no entry. */
export type Tokens = Readonly<Record<string, string>>;

/**
 * Expands `%` tokens if `tokens` is given, and `${NAME}` if `env` is given.
 *
 * @throws BadValue for an unknown token and for an unset variable
 */
export function expand(text: string, tokens: Tokens | undefined, env?: NodeJS.ProcessEnv): string {
  return text.replaceAll(/\$\{([^}]*)(\}?)|%(.?)/gs, (all, name: string | undefined, close: string, letter: string) => {
    if (name !== undefined) return env ? variable(name, close, env) : all;
    if (!tokens) return all;
    if (letter === '%') return '%';
    const value = Object.hasOwn(tokens, letter) ? tokens[letter] : undefined;
    if (value === undefined) throw new BadValue(`unknown token %${letter}`);
    return value;
  });
}

function variable(name: string, close: string, env: NodeJS.ProcessEnv): string {
  if (!close || !name) throw new BadValue(`bad environment variable \${${name}${close}`);
  const value = env[name];
  if (value === undefined) throw new BadValue(`environment variable ${name} is not set`);
  return value;
}

/**
 * Expands `~`, `~/path` and `~user/path`.
 *
 * @throws BadValue for an unknown user
 */
export function expandTilde(file: string, home: string): string {
  if (!file.startsWith('~')) return file;
  const [, user = '', rest = ''] = /^~([^/]*)\/*(.*)$/s.exec(file) ?? [];
  const folder = user ? homeOf(user) : home;
  if (folder === undefined) throw new BadValue(`no such user ${user}`);
  return folder.endsWith('/') ? folder + rest : `${folder}/${rest}`;
}

/** The home folder of a user in passwd(5). */
export function homeOf(user: string): string | undefined {
  let text: string;
  try {
    text = fs.readFileSync('/etc/passwd', 'utf8');
  } catch {
    return undefined; // A system without passwd(5) has no ~user.
  }
  const line = text.split('\n').find((each) => each.startsWith(`${user}:`));
  return line?.split(':')[5];
}

/** The path that a file name of the configuration stands for. */
export function expandFile(file: string, tokens: Tokens, environment: Environment): string {
  return path.normalize(expand(expandTilde(file, environment.home), tokens, environment.env));
}
