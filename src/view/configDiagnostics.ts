import type { Problem } from '../core/problem.ts';
import { problemText } from './problem.ts';

/** A problem at a line of a configuration file. */
export interface ConfigDiagnostic {
  readonly file: string;
  /** 1-based. Line 1 stands for the whole file. */
  readonly line: number;
  readonly message: string;
}

/** The problems that have a place in a file. Only the tree shows the others. */
export function configDiagnostics(problems: readonly Problem[]): readonly ConfigDiagnostic[] {
  return problems.flatMap((problem): ConfigDiagnostic[] => {
    if (problem.code === 'configSyntax') {
      return [{ file: problem.file, line: problem.line, message: `OpenSSH refuses this line: ${problem.detail}.` }];
    }
    if (problem.code !== 'fileUnreadable') return [];
    return [{ file: problem.file, line: 1, message: problemText(problem).what }];
  });
}
