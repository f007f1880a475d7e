import { matchPattern } from '../../../base/pattern.ts';
import { BadValue, type Place } from '../badValue.ts';
import type { ForwardKind } from '../../spec/grammar.ts';
import { forwardOf } from './forwards.ts';
import type { Values } from './values.ts';

/** Where a line stands, and where its value goes. */
export interface Target {
  readonly values: Values;
  /** The line's block applies. A bad value fails the file in any case. */
  readonly isActive: boolean;
  readonly origin: 'user' | 'system';
  readonly place: Place;
  readonly env: NodeJS.ProcessEnv;
}

/** What a line does to the values of the lines before it. */
export type Merge = (name: string, words: readonly string[], target: Target) => void;

/** The first value stays. */
export const first: Merge = (name, words, { values, isActive, place }) => {
  if (isActive && words.length > 0) values.setFirst(name, words, place);
};

/** The first word, the second word …: each keeps its first value. */
export const firstOfEach: Merge = (name, words, { values, isActive, place }) => {
  const before = values.settings.get(name) ?? { words: [], place };
  if (isActive) values.replace(name, [...before.words, ...words.slice(before.words.length)], before.place);
};

/** The first value stays, and a value of the other keyword that came before excludes this one. */
export const firstUnless =
  (other: string): Merge =>
  (name, words, target) => {
    if (!target.values.has(other)) first(name, words, target);
  };

/** OpenSSH takes the first value, also from a block that does not apply. */
export const firstAnywhere: Merge = (name, words, target) => first(name, words, { ...target, isActive: true });

/** OpenSSH takes the last value, also from a block that does not apply. */
export const lastAnywhere: Merge = (name, words, { values, place }) => values.replace(name, words, place);

/** Values add up. A file that the same kind of configuration names twice counts once. */
export const addNew: Merge = (name, words, { values, isActive, place, origin }) => {
  if (isActive) for (const word of words) values.appendNew(name, word, place, origin);
};

/** Values add up. `-PATTERN` removes values from before. */
export const addOrRemove: Merge = (name, words, { values, isActive, place }) => {
  if (!isActive) return;
  for (const word of words) {
    if (!word.startsWith('-')) values.append(name, [word], place);
    else values.keep(name, (each) => !matchPattern(each, word.slice(1)));
  }
};

/** Forwards add up, whatever their kind. */
export const addForward =
  (kind: ForwardKind): Merge =>
  (_name, words, { values, isActive, place }) => {
    if (isActive) values.addForward({ ...forwardOf(kind, words), place });
  };

export const refuse: Merge = (_name, [message], { isActive }) => {
  if (isActive) throw new BadValue(message ?? '');
};
