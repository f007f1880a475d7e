import { UserError } from '../../base/userError.ts';
import type { ConfigProblem } from './hostConfig.ts';

/** What is wrong with a value, said by a reader that does not know where it stands. */
export class BadValue extends Error {
  override readonly name = 'BadValue';
}

/** Absolute path and 1-based line; `command-line` and 0 for an override. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Turns a `BadValue` into an error that says where it stands. Everything else passes. */
export function atPlace({ file, line }: Place, error: unknown): unknown {
  if (!(error instanceof BadValue)) return error;
  return new UserError<ConfigProblem>({ code: 'configSyntax', file, line, detail: error.message }, { cause: error });
}
