import { errorText } from '../base/userError.ts';
import { printError } from './output.ts';

/** A bug that repeats without end must not fill a disk with its reports. */
const maxReports = 20;
let reports = 0;

/** One line for an error that is a bug. With -v, its stack follows. */
export function reportBug(error: unknown): void {
  if (++reports > maxReports) return;
  const isVerbose = process.argv.some((arg) => /^-[a-zA-Z]*v/.test(arg));
  const stack = isVerbose && error instanceof Error ? `\n${error.stack ?? ''}` : '';
  printError(`ssh-ports: unexpected error: ${errorText(error)}${stack}`);
}

/** The last handler: reports what nothing else handled. What does not depend on it goes on. */
export function reportBugs(): void {
  process.on('uncaughtException', reportBug);
}
