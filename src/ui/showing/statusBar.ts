import * as vscode from 'vscode';
import { mount, type Readable } from '../../base/store.ts';
import type { AppState } from '../../core/session/state.ts';
import { status } from '../../view/status.ts';

/** The status bar item: how many ports are forwarded, and from which host. */
export function registerStatusBar(state: Readable<AppState>): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('sshPorts.status', vscode.StatusBarAlignment.Left, 40);
  item.name = 'SSH Ports';
  item.command = 'sshPorts.toggleForwarding';
  const stop = mount(state, status, (now) => {
    if (!now) {
      item.hide();
      return;
    }
    item.text = now.text;
    item.tooltip = now.tooltip;
    item.backgroundColor =
      now.look === 'warning' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    item.accessibilityInformation = { label: now.spoken };
    item.show();
  });
  return vscode.Disposable.from(item, { dispose: stop });
}
