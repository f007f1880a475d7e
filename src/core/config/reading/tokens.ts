import fs from 'node:fs';
import path from 'node:path';
import { BadValue } from '../badValue.ts';
import type { Environment } from '../environment.ts';

/** What stands for `%h`, `%p` … by letter (ssh_config(5) TOKENS). `%%` is always known. */
export type Tokens = Readonly<Record<string, string>>;

/**
 * Expands `%` tokens, and `${NAME}` where `env` is given.
 *
 * @throws BadValue for a token that is not in `tokens` and for a variable that is not set
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
 * `~`, `~/path` and `~user/path`.
 *
 * @throws BadValue for a user who does not exist
 */
export function expandTilde(file: string, home: string): string {
  if (!file.startsWith('~')) return file;
  const [, user = '', rest = ''] = /^~([^/]*)\/*(.*)$/s.exec(file) ?? [];
  const folder = user ? homeOf(user) : home;
  if (folder === undefined) throw new BadValue(`no such user ${user}`);
  return folder.endsWith('/') ? folder + rest : `${folder}/${rest}`;
}

/** The home folder of a user of this machine, from passwd(5). */
export function homeOf(user: string): string | undefined {
  let text: string;
  try {
    text = fs.readFileSync('/etc/passwd', 'utf8');
  } catch {
    return undefined; // A system without the file has no ~user.
  }
  const line = text.split('\n').find((each) => each.startsWith(`${user}:`));
  return line?.split(':')[5];
}

/** A file name of the configuration, made absolute as the editor needs it. */
export function expandFile(file: string, tokens: Tokens, environment: Environment): string {
  return path.normalize(expand(expandTilde(file, environment.home), tokens, environment.env));
}
