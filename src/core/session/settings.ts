import type { PortRules } from '../policy/portRules.ts';

/** What the user may decide, read once, typed and within bounds. A change is a new value of a store. */
export interface Settings {
  /** As `ssh -F`; absent: the user's and the system's own files. */
  readonly configFile?: string;
  readonly autoForward: 'off' | 'devServers' | 'all';
  readonly forwardExisting: boolean;
  readonly identifyServers: boolean;
  readonly portRules: PortRules;
  readonly waitForLinkMs: number;
  /** Open the forwards of the SSH configuration on connect, as ssh(1) does. */
  readonly startConfigForwards: boolean;
  /** How long a forward stays open to more than this machine; 0 for ever. */
  readonly expireSharedAfterMs: number;
}
