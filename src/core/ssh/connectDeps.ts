import type { Log } from '../../base/log.ts';
import type { HostConfig } from '../config/hostConfig.ts';
import type { Destination } from '../spec/destination.ts';
import type { Prompts } from './prompts.ts';

/** What a transport needs of its caller to connect. */
export interface ConnectDeps {
  readonly prompts: Prompts;
  readonly log: Log;
  readonly resolveHop: (hop: Destination, signal: AbortSignal) => Promise<HostConfig>;
  /** Has the user consented to this ProxyCommand? */
  readonly allowCommand: (command: string) => Promise<boolean>;
  /** Nobody waits for the connection, and the caller tries again by itself. */
  readonly isUnattended?: boolean;
}
