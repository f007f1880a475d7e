import type { SshCommand } from '../core/forward/command.ts';

/** What to watch, and how to show it. */
export interface WatchRequest {
  readonly command: SshCommand;
  readonly host: string;
  readonly isJson: boolean;
}

/** Watching a host belongs to the sessions; without them there are -N and -G. */
export async function watch(_request: WatchRequest, _signal: AbortSignal): Promise<number> {
  process.stderr.write('Give -N to forward ports, or -G to print the configuration.\n');
  return 255;
}
