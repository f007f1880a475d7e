import { UserError } from '../../base/userError.ts';
import type { ConfigProblem } from './hostConfig.ts';

/** What is wrong with a value. A reader throws it without knowing the file and the line. */
export class BadValue extends Error {
  override readonly name = 'BadValue';
}

/** Absolute path and 1-based line; `command-line` and 0 for an option of the command line. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Turns a `BadValue` into an error with file and line. Other errors stay as they are. */
export function atPlace({ file, line }: Place, error: unknown): unknown {
  if (!(error instanceof BadValue)) return error;
  return new UserError<ConfigProblem>({ code: 'configSyntax', file, line, detail: error.message }, { cause: error });
}

/** Runs `job` for a value of that place. @throws UserError<ConfigProblem> in place of a `BadValue` */
export function locate<T>(place: Place, job: () => T): T {
  try {
    return job();
  } catch (error) {
    throw atPlace(place, error);
  }
}
