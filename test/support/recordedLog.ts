import { type Log, silentLog } from '../../src/base/log.ts';

/** A log that keeps its lines: `warn: text`. */
export function recordedLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (message: string): void =>
      void lines.push(`${level}: ${message}`);
  const log = { ...silentLog, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { log, lines };
}
