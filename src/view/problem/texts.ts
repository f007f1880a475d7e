import type { Problem } from '../../core/problem.ts';

/** What a person reads about a failure. */
export interface ProblemText {
  /** Two or three words, for a row of the tree. */
  readonly brief: string;
  /** What went wrong, in one sentence. */
  readonly what: string;
  /** What to do about it, in another. */
  readonly next: string;
}

/** The words for the problems of one family. */
export type Texts<Code extends Problem['code']> = {
  readonly [C in Code]: (problem: Problem & { readonly code: C }) => ProblemText;
};
