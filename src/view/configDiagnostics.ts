import type { Problem } from '../core/problem.ts';
import { problemText } from './problem.ts';

/** A problem of a configuration file, at its line. */
export interface ConfigDiagnostic {
  readonly file: string;
  /** 1-based; the first one for a problem of the whole file. */
  readonly line: number;
  readonly message: string;
}

/** The problems that stand in a file. The others are for the tree alone. */
export function configDiagnostics(problems: readonly Problem[]): readonly ConfigDiagnostic[] {
  return problems.flatMap((problem): ConfigDiagnostic[] => {
    if (problem.code === 'configSyntax') {
      return [{ file: problem.file, line: problem.line, message: `OpenSSH refuses this line: ${problem.detail}.` }];
    }
    if (problem.code !== 'configUnreadable') return [];
    return [{ file: problem.file, line: 1, message: problemText(problem).what }];
  });
}
