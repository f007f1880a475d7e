import * as vscode from 'vscode';
import { type Readable, Store } from '../base/store.ts';
import { frameworks } from '../core/detect/identify/frameworks.ts';
import { type PortAttributes, readPortRules } from '../core/policy/portRules.ts';
import type { HostSettings, Settings } from '../core/session/settings.ts';

/** What concerns the editor alone. */
export interface EditorSettings extends Settings {
  /** Whether a window reconnects to what it was connected to when it was left. */
  readonly restore: (typeof restoreModes)[number];
}

const restoreModes = ['ask', 'always', 'never'] as const;

/** The only place that reads settings. What a hand-edited file got wrong falls back to the default. */
export function observeSettings(subscriptions: vscode.Disposable[]): Readable<EditorSettings> {
  const store = new Store(readSettings());
  subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('sshPorts') || event.affectsConfiguration('remote')) store.set(readSettings());
    }),
  );
  return store;
}

function readSettings(): EditorSettings {
  const section = vscode.workspace.getConfiguration('sshPorts');
  const configFile = section.get('configFile');
  const layers = [portLayer(section), portLayer(vscode.workspace.getConfiguration('remote'))];
  return {
    ...(typeof configFile === 'string' && configFile.trim() !== '' && { configFile: configFile.trim() }),
    autoForward: choice(section.get('autoForward'), autoForward) ?? 'devServers',
    forwardExisting: section.get('forwardExisting') === true,
    transport: choice(section.get('transport'), transports) ?? 'auto',
    identifyServers: section.get('identifyServers') !== false,
    portRules: readPortRules(layers, frameworkNames),
    hosts: Object.fromEntries(
      Object.entries(record(section.get('hosts'))).map(([host, value]) => [host, hostSettings(record(value), layers)]),
    ),
    startConfigForwards: section.get('startConfigForwards') !== false,
    expireSharedAfterMs: 60_000 * clamp(section.get('expireSharedAfter'), 0, 10_080, 60),
    waitForLinkMs: 1000 * clamp(section.get('waitForLink'), 0, 300, 20),
    restore: choice(section.get('restore'), restoreModes) ?? 'ask',
  };
}

/** From the next start on nobody is asked. */
export async function restoreAlways(): Promise<void> {
  const section = vscode.workspace.getConfiguration('sshPorts');
  await section.update('restore', 'always', vscode.ConfigurationTarget.Global);
}

/** Writes rules for ports into the user's own settings, beside those that are there. */
export async function addPortRules(rules: Readonly<Record<string, PortAttributes>>): Promise<void> {
  const section = vscode.workspace.getConfiguration('sshPorts');
  const own = record(section.inspect('portsAttributes')?.globalValue);
  const merged = Object.entries(rules).map(([key, rule]) => [key, { ...record(own[key]), ...rule }]);
  const value = { ...own, ...Object.fromEntries(merged) };
  await section.update('portsAttributes', value, vscode.ConfigurationTarget.Global);
}

/** What a host has of its own; its port rules come before everybody's. */
function hostSettings(own: Readonly<Record<string, unknown>>, layers: readonly PortLayer[]): Partial<HostSettings> {
  const auto = choice(own['autoForward'], autoForward);
  const transport = choice(own['transport'], transports);
  const { forwardExisting } = own;
  return {
    portRules: readPortRules([own, ...layers], frameworkNames),
    ...(auto && { autoForward: auto }),
    ...(transport && { transport }),
    ...(typeof forwardExisting === 'boolean' && { forwardExisting }),
  };
}

const transports = ['auto', 'builtin', 'openssh'] as const;
const autoForward = ['devServers', 'off', 'all'] as const;

/** What keys of rules may name a framework by. */
const frameworkNames = frameworks.flatMap(({ id, name }) => [id, name]);

function choice<T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((each) => each === value);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function clamp(value: unknown, min: number, max: number, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : fallback;
}

interface PortLayer {
  readonly portsAttributes?: unknown;
  readonly otherPortsAttributes?: unknown;
}

/** The user's rules for VS Code's own remotes fill what ours leave open; what VS Code has by default is no rule. */
function portLayer(section: vscode.WorkspaceConfiguration): PortLayer {
  const said = (key: keyof PortLayer): unknown => {
    const { globalValue, workspaceValue } = section.inspect<object>(key) ?? {};
    return { ...globalValue, ...(vscode.workspace.isTrusted && workspaceValue) };
  };
  return { portsAttributes: said('portsAttributes'), otherPortsAttributes: said('otherPortsAttributes') };
}
