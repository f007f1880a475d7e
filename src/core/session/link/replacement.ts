import { delay } from '../../../base/delay.ts';
import type { Log } from '../../../base/log.ts';
import { problemOf } from '../../problem.ts';
import type { OpenedConnection } from './connector.ts';
import { passesByItself, retryPauseMs } from './linkLife.ts';

/**
 * Connects in the background beside a connection that has fallen silent, and retries while the network is at fault.
 * Undefined when `over` aborts (the silent connection speaks again, or has ended), or when only a person could log in.
 */
export async function replacement(
  attempt: (signal: AbortSignal) => Promise<OpenedConnection>,
  log: Log,
  over: AbortSignal,
): Promise<OpenedConnection | undefined> {
  for (let failures = 0; !over.aborted; failures++) {
    try {
      const opened = await attempt(over);
      if (!over.aborted) return opened;
      await opened.connection.close();
    } catch (error) {
      if (over.aborted) break;
      const why = problemOf(error);
      log.info(`no second connection beside the silent one: ${why.code}`);
      if (!passesByItself(why)) break;
      await delay(retryPauseMs(failures + 1), over).catch(() => undefined);
    }
  }
  return undefined;
}
