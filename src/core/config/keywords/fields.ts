import { matchPattern } from '../../../base/pattern.ts';
import type { Destination } from '../../spec/destination.ts';
import { BadValue } from '../badValue.ts';
import type { HostConfig } from '../hostConfig.ts';
import { expand, expandFile } from '../reading/tokens.ts';
import type { ResolvedConfig } from '../resolvedConfig.ts';
import { parseJump } from './jump.ts';

type Words = readonly string[];

export const text = ([word]: Words): string | undefined => word;

/** `ssh -G` prints some flags as true and false. */
export const isOn = ([word]: Words): boolean => word !== undefined && word !== 'no' && word !== 'false';

export const number = ([word]: Words): number => Number(word ?? 0);

/** CAUTION: a timer of Node that is set to more than this fires at once. It is 24 days. */
const longestTimerMs = 2 ** 31 - 1;

/** From seconds; 0 for `none`. */
export const milliseconds = ([word = 'none']: Words): number =>
  word === 'none' ? 0 : Math.min(Number(word) * 1000, longestTimerMs);

/** A choice in the words of ssh_config(5). `ssh -G` prints some of them as true and false. */
export const choiceOf =
  <T extends string>() =>
  ([word = '']: Words): T =>
    word.replace('true', 'yes').replace('false', 'no') as T;

/** Absolute paths, without `none`. */
export const files = (words: Words, { tokens, environment }: ResolvedConfig): readonly string[] =>
  named(words).map((file) => expandFile(file, tokens, environment));

export const named = (words: Words): readonly string[] => words.filter((word) => word.toLowerCase() !== 'none');

/** An absolute path. OpenSSH keeps a file name with an unknown token as it is. */
export const fileOrText = ([file]: Words, { tokens, environment }: ResolvedConfig): string | undefined =>
  file === undefined ? undefined : expandOrKeep(file, () => expandFile(file, tokens, environment));

export const userName = ([written]: Words, { user, tokens, environment }: ResolvedConfig): string =>
  written === undefined ? user : expand(written, tokens, environment.env);

export const positive = (value: number): number | undefined => (value > 0 ? value : undefined);

/** ProxyJump, or else ProxyCommand: `settings` has one of them at most. */
export function proxy(_: Words, { settings, tokens }: ResolvedConfig): HostConfig['proxy'] {
  // ssh_config(5) TOKENS: these two take fewer tokens than most. ssh(1) turns the hops into a command and expands that.
  const known = Object.fromEntries(['h', 'k', 'n', 'p', 'r'].map((letter) => [letter, tokens[letter] ?? '']));
  const jump = settings.get('proxyjump')?.words[0];
  if (jump !== undefined) {
    const expanded = ({ user, host, ...hop }: Destination): Destination => ({
      ...hop,
      host: expand(host, known),
      ...(user !== undefined && { user: expand(user, known) }),
    });
    return { kind: 'jump', hops: parseJump(jump).map(expanded) };
  }
  const command = settings.get('proxycommand')?.words[0];
  return command === undefined ? { kind: 'none' } : { kind: 'command', command: expand(command, known) };
}

/** ssh_config(5) IdentityAgent: a path, `none`, `SSH_AUTH_SOCK` or `$NAME`. */
export function agentSocket([agent]: Words, { environment: { env } }: ResolvedConfig): string | undefined {
  if (agent === 'none') return undefined;
  const usual =
    env['SSH_AUTH_SOCK'] ?? (process.platform === 'win32' ? String.raw`\\.\pipe\openssh-ssh-agent` : undefined);
  if (agent === undefined || agent === 'SSH_AUTH_SOCK') return usual;
  return agent.startsWith('$') ? env[agent.slice(1)] : agent;
}

/** The word that `agentMode` and `agentKeyLifetime` read: `yes`, `3600`, `confirm`, `confirm 3600` … */
function agentKeys([setting = '']: Words): readonly [mode: string, seconds: string] {
  const [, mode = '', seconds = ''] = /^([a-z]*) ?(\d*)$/.exec(setting) ?? [];
  return [mode || 'yes', seconds];
}

export const agentMode = (words: Words): HostConfig['addKeysToAgent'] =>
  choiceOf<HostConfig['addKeysToAgent']>()([agentKeys(words)[0]]);

export function agentKeyLifetimeMs(words: Words): number | undefined {
  const [, seconds] = agentKeys(words);
  return seconds === '' ? undefined : milliseconds([seconds]);
}

/** The variables of SendEnv and SetEnv. OpenSSH before 9.6 keeps a value with an unknown token as it is. */
export function sentVariables(
  set: Words,
  { settings, tokens, environment: { env } }: ResolvedConfig,
): HostConfig['env'] {
  const patterns = settings.get('sendenv')?.words ?? [];
  const sent = Object.entries(env).filter(([name]) => patterns.some((pattern) => matchPattern(name, pattern)));
  const expanded = set.map((word) => {
    const [name = '', value = ''] = word.split(/=(.*)/s);
    return [name, expandOrKeep(value, () => expand(value, tokens, env))];
  });
  return Object.fromEntries([...sent, ...expanded]) as Record<string, string>;
}

function expandOrKeep(written: string, expanded: () => string): string {
  try {
    return expanded();
  } catch (error) {
    if (error instanceof BadValue) return written;
    throw error;
  }
}
