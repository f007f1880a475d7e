import { errorText } from './userError.ts';

/** A bug that repeats without end must not fill a disk with its reports. */
const maxReports = 20;

/** Reports the first errors that are bugs, each with the text of its line and its stack. */
export function firstBugs(report: (line: string, stack: string) => void): (error: unknown) => void {
  let reports = 0;
  return (error) => {
    if (++reports > maxReports) return;
    report(`unexpected error: ${errorText(error)}`, error instanceof Error ? (error.stack ?? '') : '');
  };
}

/** The last handler of this thread: takes what nothing else handled. What does not depend on it goes on. */
export function handleLast(handler: (error: unknown) => void): void {
  process.on('uncaughtException', handler);
  process.on('unhandledRejection', handler);
}
