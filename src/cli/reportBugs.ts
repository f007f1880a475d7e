import { firstBugs } from '../base/firstBugs.ts';
import { printError } from './output.ts';

/** One line for an error that is a bug. With -v, its stack follows. */
export const reportBug = firstBugs((line, stack) => {
  const isVerbose = process.argv.some((arg) => /^-[a-zA-Z]*v/.test(arg));
  printError(`ssh-ports: ${line}${isVerbose && stack !== '' ? `\n${stack}` : ''}`);
});
