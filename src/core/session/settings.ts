import type { Readable } from '../../base/store.ts';
import type { PortRules } from '../policy/portRules.ts';

/** Settings that each host can override. */
export interface HostSettings {
  readonly autoForward: 'off' | 'devServers' | 'all';
  readonly forwardExisting: boolean;
  /** Whether the ports in the networks of containers are listed. */
  readonly containers: 'on' | 'off';
  readonly portRules: PortRules;
  /** The built-in transport, the system's ssh, or (`auto`) the system's ssh where the built-in one is not enough. */
  readonly transport: 'auto' | 'builtin' | 'openssh';
}

/** The user's settings, read once, typed and within bounds. A change is a new value of a store. */
export interface Settings extends HostSettings {
  /** Overrides by host name. */
  readonly hosts: Readonly<Record<string, Partial<HostSettings>>>;
  /** As `ssh -F`; absent: the user's and the system's own files. */
  readonly configFile?: string;
  readonly identifyServers: boolean;
  readonly waitForLinkMs: number;
  /** Open channels to a distant web server before its clients ask, while they keep opening connections. */
  readonly openChannelsAhead: boolean;
  /** Open the forwards of the SSH configuration on connect, as ssh(1) does. */
  readonly startConfigForwards: boolean;
  /** How long a forward stays open to other machines; 0 for ever. */
  readonly expireSharedAfterMs: number;
}

/** The settings of a user who has changed none. */
export const defaultSettings: Settings = {
  autoForward: 'devServers',
  forwardExisting: false,
  containers: 'on',
  identifyServers: true,
  portRules: { rules: [], others: {}, badKeys: [] },
  hosts: {},
  transport: 'auto',
  waitForLinkMs: 20_000,
  openChannelsAhead: true,
  startConfigForwards: true,
  expireSharedAfterMs: 3_600_000,
};

/** The settings of one host, with its overrides. */
export function settingsOf(host: string, settings: Readable<Settings>): Pick<Readable<Settings>, 'get'> {
  return { get: () => ({ ...settings.get(), ...settings.get().hosts[host] }) };
}
