import * as vscode from 'vscode';
import { type Readable, Store } from '../base/store.ts';
import { frameworks } from '../core/detect/identify/frameworks.ts';
import { readPortRules } from '../core/policy/portRules.ts';
import type { Settings } from '../core/session/settings.ts';

/** The only place that reads settings. What a hand-edited file got wrong falls back to the default. */
export function observeSettings(subscriptions: vscode.Disposable[]): Readable<Settings> {
  const store = new Store(readSettings());
  subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('sshPorts') || event.affectsConfiguration('remote')) store.set(readSettings());
    }),
  );
  return store;
}

function readSettings(): Settings {
  const section = vscode.workspace.getConfiguration('sshPorts');
  const configFile = section.get('configFile');
  return {
    ...(typeof configFile === 'string' && configFile.trim() !== '' && { configFile: configFile.trim() }),
    autoForward: oneOf(section.get('autoForward'), ['devServers', 'off', 'all']),
    forwardExisting: section.get('forwardExisting') === true,
    identifyServers: section.get('identifyServers') !== false,
    portRules: readPortRules(
      [portLayer(section), portLayer(vscode.workspace.getConfiguration('remote'))],
      frameworks.flatMap(({ id, name }) => [id, name]),
    ),
    startConfigForwards: section.get('startConfigForwards') !== false,
    expireSharedAfterMs: 60_000 * clamp(section.get('expireSharedAfter'), 0, 10_080, 60),
    waitForLinkMs: 1000 * clamp(section.get('waitForLink'), 0, 300, 20),
  };
}

/** The value if it is one of the choices, else the first of them. */
function oneOf<const T extends string>(value: unknown, choices: readonly [T, ...T[]]): T {
  return choices.find((choice) => choice === value) ?? choices[0];
}

function clamp(value: unknown, min: number, max: number, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : fallback;
}

/** The user's rules for VS Code's own remotes fill what ours leave open. */
function portLayer(section: vscode.WorkspaceConfiguration): {
  portsAttributes: unknown;
  otherPortsAttributes: unknown;
} {
  return { portsAttributes: section.get('portsAttributes'), otherPortsAttributes: section.get('otherPortsAttributes') };
}
