import { frameworks } from '../core/detect/identify/frameworks.ts';
import { type PortAttributes, readPortRules } from '../core/policy/portRules.ts';
import type { HostSettings, Settings } from '../core/session/settings.ts';

/** What concerns the editor alone. */
export interface EditorSettings extends Settings {
  /** Whether a reloaded window reconnects to its hosts. */
  readonly restore: (typeof restoreModes)[number];
  /** What a click on the status bar item does. */
  readonly statusBarClick: (typeof statusBarClicks)[number];
  /** The executable for Open Browser through Host. Absent: an installed browser is found. */
  readonly browser?: string;
  /** `ssh-ports` is on the PATH of the editor's terminals. */
  readonly terminalCommand: boolean;
}

/** Settings of one source that speak of ports. */
export interface PortLayer {
  readonly portsAttributes?: unknown;
  readonly otherPortsAttributes?: unknown;
}

const restoreModes = ['ask', 'always', 'never'] as const;
const statusBarClicks = ['menu', 'toggle'] as const;
const transports = ['auto', 'builtin', 'openssh'] as const;
const onOff = ['on', 'off'] as const;
const autoForward = ['devServers', 'off', 'all'] as const;

/** Names of frameworks that the key of a rule may use. */
const frameworkNames = frameworks.flatMap(({ id, name }) => [id, name]);

/**
 * Reads our section of the settings. A wrong value falls back to its default: people edit settings by hand.
 *
 * @param layers port rules of all sources, the most important source first
 * @param ownHost the host that this window is on, whose ports VS Code forwards
 */
export function readSettings(
  get: (key: string) => unknown,
  layers: readonly PortLayer[],
  ownHost?: string,
): EditorSettings {
  const configFile = get('configFile');
  const browser = get('browser');
  const hosts = Object.entries(record(get('hosts'))).map(
    ([host, value]) => [host, hostSettings(record(value), layers)] as const,
  );
  // RACE: VS Code may forward the same port at the same time, and announce the same server.
  const yieldsTo = get('inRemoteWindow') === 'forward' ? undefined : ownHost;
  return {
    ...(typeof configFile === 'string' && configFile.trim() !== '' && { configFile: configFile.trim() }),
    autoForward: choice(get('autoForward'), autoForward) ?? 'devServers',
    forwardExisting: get('forwardExisting') === true,
    containers: choice(get('containers'), onOff) ?? 'on',
    transport: choice(get('transport'), transports) ?? 'auto',
    identifyServers: get('identifyServers') !== false,
    portRules: readPortRules(layers, frameworkNames),
    hosts: {
      ...Object.fromEntries(hosts),
      ...(yieldsTo !== undefined && {
        [yieldsTo]: { ...hostSettings(record(record(get('hosts'))[yieldsTo]), layers), autoForward: 'off' as const },
      }),
    },
    startConfigForwards: get('startConfigForwards') !== false,
    expireSharedAfterMs: 60_000 * clamp(get('expireSharedAfter'), 0, 10_080, 60),
    openChannelsAhead: get('openChannelsAhead') !== false,
    waitForLinkMs: 1000 * clamp(get('waitForLink'), 0, 300, 20),
    restore: choice(get('restore'), restoreModes) ?? 'ask',
    statusBarClick: choice(get('statusBarClick'), statusBarClicks) ?? 'menu',
    terminalCommand: get('terminalCommand') !== false,
    ...(typeof browser === 'string' && browser.trim() !== '' && { browser: browser.trim() }),
  };
}

/** The value of `portsAttributes` after new rules were added. A rule that is there keeps its other fields. */
export function mergePortRules(
  own: unknown,
  rules: Readonly<Record<string, PortAttributes>>,
): Readonly<Record<string, unknown>> {
  const before = record(own);
  const merged = Object.entries(rules).map(([key, rule]) => [key, { ...record(before[key]), ...rule }]);
  return { ...before, ...Object.fromEntries(merged) };
}

/** The settings of one host. Its port rules come before the rules for all hosts. */
function hostSettings(own: Readonly<Record<string, unknown>>, layers: readonly PortLayer[]): Partial<HostSettings> {
  const auto = choice(own['autoForward'], autoForward);
  const transport = choice(own['transport'], transports);
  const containers = choice(own['containers'], onOff);
  const { forwardExisting } = own;
  return {
    portRules: readPortRules([own, ...layers], frameworkNames),
    ...(auto && { autoForward: auto }),
    ...(transport && { transport }),
    ...(containers && { containers }),
    ...(typeof forwardExisting === 'boolean' && { forwardExisting }),
  };
}

function choice<T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((each) => each === value);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function clamp(value: unknown, min: number, max: number, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : fallback;
}
