import type { Readable } from '../../base/store.ts';
import type { PortRules } from '../policy/portRules.ts';

/** What may be decided for each host. */
export interface HostSettings {
  readonly autoForward: 'off' | 'devServers' | 'all';
  readonly forwardExisting: boolean;
  readonly portRules: PortRules;
  /** Who carries the connection: ssh2, the system's ssh, or the one and, where that is not enough, the other. */
  readonly transport: 'auto' | 'builtin' | 'openssh';
}

/** What the user may decide, read once, typed and within bounds. A change is a new value of a store. */
export interface Settings extends HostSettings {
  /** By host name: what differs from the rest there. */
  readonly hosts: Readonly<Record<string, Partial<HostSettings>>>;
  /** As `ssh -F`; absent: the user's and the system's own files. */
  readonly configFile?: string;
  readonly identifyServers: boolean;
  readonly waitForLinkMs: number;
  /** Open the forwards of the SSH configuration on connect, as ssh(1) does. */
  readonly startConfigForwards: boolean;
  /** How long a forward stays open to more than this machine; 0 for ever. */
  readonly expireSharedAfterMs: number;
}

/** What holds where the user says nothing. */
export const defaultSettings: Settings = {
  autoForward: 'devServers',
  forwardExisting: false,
  identifyServers: true,
  portRules: { rules: [], others: {}, badKeys: [] },
  hosts: {},
  transport: 'auto',
  waitForLinkMs: 20_000,
  startConfigForwards: true,
  expireSharedAfterMs: 3_600_000,
};

/** The settings as they hold for one host. */
export function settingsOf(host: string, settings: Readable<Settings>): Pick<Readable<Settings>, 'get'> {
  return { get: () => ({ ...settings.get(), ...settings.get().hosts[host] }) };
}
