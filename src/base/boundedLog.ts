import type { Log } from './log.ts';

const maxCharacters = 2000;
const maxLines = 1000;
const periodMs = 10_000;

/**
 * The same log with shorter and fewer lines. SECURITY: a remote causes many of the lines, and an endless log fills the disk
 * and stalls the editor. The first line of the next period gives the number of dropped lines.
 */
export function boundedLog(log: Log, nowMs: () => number = () => performance.now()): Log {
  let periodEndMs = 0;
  let lines = 0;
  const write = (level: keyof Log) => (message: string) => {
    const now = nowMs();
    if (now >= periodEndMs) {
      if (lines > maxLines) log.warn(`${lines - maxLines} lines are left out`);
      periodEndMs = now + periodMs;
      lines = 0;
    }
    if (++lines > maxLines) return;
    log[level](message.length > maxCharacters ? `${message.slice(0, maxCharacters)}…` : message);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
