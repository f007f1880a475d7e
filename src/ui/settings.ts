import * as vscode from 'vscode';
import { type Readable, Store } from '../base/store.ts';
import type { PortAttributes } from '../core/policy/portRules.ts';
import { type RemoteMachine, remoteMachine } from '../view/remoteWindow.ts';
import { type EditorSettings, mergePortRules, type PortLayer, readSettings } from './readSettings.ts';

/** The only file that reads and writes VS Code's settings. */
export function observeSettings(subscriptions: vscode.Disposable[]): Readable<EditorSettings> {
  const store = new Store(read());
  subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('sshPorts') || event.affectsConfiguration('remote')) store.set(read());
    }),
  );
  return store;
}

/** The machine that this window is on, where VS Code forwards by itself. */
export function thisMachine(): RemoteMachine | undefined {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return remoteMachine(
    vscode.env.remoteName,
    folders.map(({ uri }) => uri.authority),
  );
}

/** From now on, SSH Ports also forwards automatically from the machine of this window. */
export async function forwardInRemoteWindows(): Promise<void> {
  await section().update('inRemoteWindow', 'forward', vscode.ConfigurationTarget.Global);
}

/** From the next start on nobody is asked whether to reconnect. */
export async function restoreAlways(): Promise<void> {
  await section().update('restore', 'always', vscode.ConfigurationTarget.Global);
}

/** Adds rules for ports to the user's own settings. */
export async function addPortRules(rules: Readonly<Record<string, PortAttributes>>): Promise<void> {
  const own = section().inspect('portsAttributes')?.globalValue;
  await section().update('portsAttributes', mergePortRules(own, rules), vscode.ConfigurationTarget.Global);
}

function read(): EditorSettings {
  const ours = section();
  return readSettings(
    (key) => ours.get(key),
    [portLayer(ours), portLayer(vscode.workspace.getConfiguration('remote'))],
    thisMachine()?.host,
  );
}

function section(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('sshPorts');
}

/** What the user wrote. VS Code's defaults are no rules. The rules of VS Code's own remotes fill what ours leave open. */
function portLayer(from: vscode.WorkspaceConfiguration): PortLayer {
  const written = (key: keyof PortLayer): unknown => {
    const { globalValue, workspaceValue } = from.inspect<object>(key) ?? {};
    return { ...globalValue, ...(vscode.workspace.isTrusted && workspaceValue) };
  };
  return { portsAttributes: written('portsAttributes'), otherPortsAttributes: written('otherPortsAttributes') };
}
