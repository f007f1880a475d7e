import type { Environment } from '../environment.ts';
import type { HostConfig } from '../hostConfig.ts';
import type { Arguments } from '../reading/syntax.ts';
import type { ResolvedConfig } from '../resolvedConfig.ts';
import { first, type Merge, type Target } from './merges.ts';
import { line, type Print } from './prints.ts';

/** A keyword of ssh_config(5): everything that the program knows about it. */
export interface Keyword {
  /** In lower case. The value is kept and printed under this name. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly read: Reader;
  /** What a further line of the same keyword does. Default: the first value stays. */
  readonly merge?: Merge;
  /** `none` means the same as no value. */
  readonly isUnsetByNone?: true;
  /** Finds the value once all files are read, where it depends on other keywords. */
  readonly derive?: (written: string | undefined, settings: ResolvedConfig['settings']) => string;
  /** Expands each word once all files are read, as ssh(1) does before `ssh -G` prints it. */
  readonly settle?: (word: string, config: Settled) => string;
  /** Whether a word works together with the other settings. May throw BadValue itself. */
  readonly check?: (word: string, config: Settled) => boolean;
  /** The words when nobody sets the keyword. Default: none. */
  readonly fallback?: readonly string[] | ((environment: Environment) => readonly string[]);
  /** How `ssh -G` prints it. Default: one line with the first word, and no line without a word. */
  readonly print?: Print;
  readonly fields?: Fields;
}

/**
 * Understands the arguments of a line. Undefined or no words: the line says nothing.
 *
 * @throws BadValue
 */
export type Reader = (args: Arguments, env: NodeJS.ProcessEnv) => readonly string[] | undefined;

export type Settled = Omit<ResolvedConfig, 'forwards'>;

/** How fields of `HostConfig` follow from the words, set or by default. May throw BadValue. */
export type Fields = {
  readonly [K in keyof HostConfig]?: (words: readonly string[], config: ResolvedConfig) => HostConfig[K];
};

/** Reads one line of a keyword. @throws BadValue */
export function applyKeyword({ name, read, merge = first }: Keyword, args: Arguments, target: Target): void {
  const words = read(args, target.env);
  if (words) merge(name, words, target);
}

/** The lines of `ssh -G` for a keyword. */
export function printKeyword(keyword: Keyword, config: ResolvedConfig): readonly string[] {
  return (keyword.print ?? line)(keyword.name, wordsOf(keyword, config), config);
}

/** What the files say, or else the default. */
export function wordsOf({ name, fallback = [] }: Keyword, config: ResolvedConfig): readonly string[] {
  const written = config.settings.get(name)?.words;
  return written ?? (typeof fallback === 'function' ? fallback(config.environment) : fallback);
}
