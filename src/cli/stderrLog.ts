import { type Log, silentLog } from '../base/log.ts';
import { printError } from './output.ts';

/** The log of -v, -vv and -vvv, one line per message, with the prefixes of ssh(1). */
export function stderrLog(verbosity: number): Log {
  if (verbosity <= 0) return silentLog;
  const line = (prefix: string) => (message: string) => printError(`${prefix}${message}`);
  return {
    error: line(''),
    warn: line(''),
    info: line('debug1: '),
    debug: line('debug1: '),
  };
}
