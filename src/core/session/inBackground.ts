import type { Log } from '../../base/log.ts';
import { errorText } from '../../base/userError.ts';

/** Starts a job that nobody waits for. Its failure is in the state already, or worth a line in the log. */
export function inBackground(job: PromiseLike<unknown>, log: Log, signal: AbortSignal): void {
  Promise.resolve(job).catch((error: unknown) => {
    if (!signal.aborted) log.debug(`a job in the background failed: ${errorText(error)}`);
  });
}
