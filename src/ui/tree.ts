import * as vscode from 'vscode';
import { mount, type Readable } from '../base/store.ts';
import type { AppState } from '../core/session/state.ts';
import type { Row } from '../view/row.ts';
import { treeRows } from '../view/rows.ts';

/** The Ports tree: rows as `view/rows.ts` gives them, redrawn when they change. */
export function registerTree(state: Readable<AppState>): vscode.Disposable & { selected(): Row | undefined } {
  const changed = new vscode.EventEmitter<void>();
  let rows: readonly Row[] = [];
  const view = vscode.window.createTreeView('sshPorts.ports', {
    showCollapseAll: false,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (row?: Row) => [...(row ? row.children : rows)],
      getTreeItem: treeItem,
    },
  });
  const stop = mount(state, treeRows, (next) => {
    rows = next;
    changed.fire();
  });
  const stopBadge = mount(
    state,
    (app) => app.hosts.flatMap((host) => host.forwards).filter(({ status }) => status.kind === 'listening').length,
    (count) => {
      view.badge =
        count === 0
          ? undefined
          : { value: count, tooltip: count === 1 ? '1 forwarded port' : `${count} forwarded ports` };
    },
  );
  const all = vscode.Disposable.from(view, changed, { dispose: stop }, { dispose: stopBadge });
  return { dispose: () => all.dispose(), selected: () => view.selection[0] };
}

function treeItem(row: Row): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, folds[row.fold]);
  item.id = row.id;
  item.description = row.description;
  item.tooltip = row.tooltip;
  item.iconPath = new vscode.ThemeIcon(
    row.icon.id,
    row.icon.color === undefined ? undefined : new vscode.ThemeColor(row.icon.color),
  );
  item.contextValue = row.context;
  item.accessibilityInformation = { label: [row.label, row.description].filter(Boolean).join(', ') };
  if (row.click) item.command = { command: clicks[row.click], title: '', arguments: [row] };
  return item;
}

const folds = {
  none: vscode.TreeItemCollapsibleState.None,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
} as const;

const clicks = {
  connect: 'sshPorts.connect',
  forward: 'sshPorts.forwardListener',
  open: 'sshPorts.openInBrowser',
  copyAddress: 'sshPorts.copyAddress',
  resume: 'sshPorts.resumeForward',
  openConfig: 'sshPorts.openConfig',
} as const;
