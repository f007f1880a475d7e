import * as vscode from 'vscode';
import { mount, type Readable } from '../../base/store.ts';
import type { AppState } from '../../core/session/state.ts';
import { progress } from '../../view/progress.ts';

const steps = ['connect', 'ports', 'open', 'share', 'reverse'] as const;

/** Keys for the `when` clauses of the manifest: the Command Palette lists only commands that can do something. */
export function followContextKeys(state: Readable<AppState>): vscode.Disposable {
  const follow = (key: string, project: (app: AppState) => boolean): (() => void) =>
    mount(state, project, (value) => void vscode.commands.executeCommand('setContext', `sshPorts.${key}`, value));
  const stops = [
    follow('hasForwards', ({ hosts }) => hosts.some(({ forwards }) => forwards.length > 0)),
    follow('hasHosts', ({ hosts }) => hosts.some(({ link }) => link.kind !== 'idle')),
    ...steps.map((step) => follow(`did.${step}`, (app) => progress(app)[step])),
  ];
  return new vscode.Disposable(() => stops.forEach((stop) => stop()));
}
