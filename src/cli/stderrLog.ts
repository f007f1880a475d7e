import { type Log, silentLog } from '../base/log.ts';

/** What -v, -vv and -vvv show, one line each, as ssh(1) marks them. */
export function stderrLog(verbosity: number): Log {
  if (verbosity <= 0) return silentLog;
  const line = (prefix: string) => (message: string) => void process.stderr.write(`${prefix}${message}\n`);
  return {
    error: line(''),
    warn: line(''),
    info: line('debug1: '),
    debug: line('debug1: '),
    trace: verbosity > 1 ? line('debug2: ') : () => undefined,
  };
}
