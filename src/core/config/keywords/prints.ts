import type { ForwardSpec } from '../../spec/spec.ts';
import type { ResolvedConfig } from '../resolvedConfig.ts';
import { type Algorithms, assembleAlgorithms } from './algorithms.ts';
import { printForward } from './forwards.ts';

/** The lines of `ssh -G` for the words of a keyword, set or by default. */
export type Print = (name: string, words: readonly string[], config: ResolvedConfig) => readonly string[];

export const line: Print = (name, [word]) => (word === undefined ? [] : [`${name} ${word}`]);

/** One line with all words. */
export const joined: Print = (name, words) => [`${name} ${words.join(' ')}`];

/** A line for each word. */
export const each: Print = (name, words) => words.map((word) => `${name} ${word}`);

/** `ssh -G` of OpenSSH 9.2 does not print the keyword. */
export const nothing: Print = () => [];

export const algorithmLine =
  (of: Algorithms): Print =>
  (name, [list]) => [`${name} ${assembleAlgorithms(list, of).join(',')}`];

export const forwardLines =
  (...kinds: readonly ForwardSpec['kind'][]): Print =>
  (name, _words, { forwards }) =>
    forwards.filter(({ spec }) => kinds.includes(spec.kind)).map((forward) => `${name} ${printForward(forward)}`);
