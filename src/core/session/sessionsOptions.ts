import type { Log } from '../../base/log.ts';
import type { Readable } from '../../base/store.ts';
import type { Credentials } from '../forward/socks.ts';
import type { PortAttributes } from '../policy/portRules.ts';
import type { Prompts } from '../ssh/prompts.ts';
import type { AllowCommand } from './link/connector.ts';
import type { NetworkSenses } from './link/networkEvents.ts';
import type { Memory } from './memory/memory.ts';
import type { Settings } from './settings.ts';
import type { ForwardState } from './state.ts';

/** What all hosts need: settings, a person to ask, what is stored. */
export interface SessionsOptions {
  readonly settings: Readable<Settings>;
  readonly prompts: Prompts;
  /** `Match exec` and ProxyCommand run nothing that this has not allowed. */
  readonly allowCommand: AllowCommand;
  readonly onAutoForward: (host: string, forward: ForwardState, attributes: PortAttributes) => void;
  /** What is remembered of each host. All windows share it. */
  readonly memory: Memory;
  /** What this window is connected to. Absent: nothing comes back. */
  readonly windowMemory?: Memory;
  /** The folder in which the windows of this user find each other. Absent: they do not. */
  readonly windowFolder?: string;
  readonly senses?: NetworkSenses;
  /** The user name and password for the SOCKS proxies of a host. Absent: proxies cannot be protected. */
  readonly proxyPassword?: (host: string) => Promise<Credentials | undefined>;
  readonly log: Log;
}
