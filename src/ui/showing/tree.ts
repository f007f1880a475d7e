import * as vscode from 'vscode';
import { Queue } from '../../base/queue.ts';
import { mount, type Readable } from '../../base/store.ts';
import type { AppState } from '../../core/session/state.ts';
import type { Row } from '../../view/row.ts';
import { treeRows } from '../../view/rows.ts';
import { focusedRow } from './focusedRow.ts';

/** The Ports tree. `view/rows.ts` makes its rows. */
export function registerTree(state: Readable<AppState>): vscode.Disposable & { focused(): Promise<Row | undefined> } {
  const changed = new vscode.EventEmitter<void>();
  let rows: readonly Row[] = [];
  let isAsked = false;
  const view = vscode.window.createTreeView('sshPorts.ports', {
    showCollapseAll: false,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (row?: Row) => [...(row ? row.children : rows)],
      getTreeItem: treeItem,
      resolveTreeItem: (item, row) => Object.assign(item, { tooltip: tooltipOf(treeRows(state.get()), row.id) }),
    },
  });
  // Tooltips show traffic counters. They are made on demand, so that a new count does not redraw the tree.
  const stop = mount(
    state,
    (app) => treeRows(app).map(withoutTooltip),
    (next) => {
      rows = next;
      if (!isAsked) changed.fire();
    },
  );
  const stopBadge = mount(
    state,
    (app) => app.hosts.flatMap((host) => host.forwards).filter(({ status }) => status.kind === 'open').length,
    (count) => {
      view.badge =
        count === 0
          ? undefined
          : { value: count, tooltip: count === 1 ? '1 forwarded port' : `${count} forwarded ports` };
    },
  );
  const asking = new Queue(); // RACE: a key that is held down asks again before the selection is back
  const all = vscode.Disposable.from(view, changed, { dispose: stop }, { dispose: stopBadge });
  const focused = async (): Promise<Row | undefined> => {
    const drawn = rows;
    isAsked = true;
    try {
      return await focusedRow(view);
    } finally {
      isAsked = false;
      if (rows !== drawn) changed.fire();
    }
  };
  return { dispose: () => all.dispose(), focused: () => asking.run(focused) };
}

function withoutTooltip(row: Row): Row {
  return { ...row, tooltip: '', children: row.children.map(withoutTooltip) };
}

function tooltipOf(rows: readonly Row[], id: string): string | undefined {
  const row = rows.flatMap((each) => [each, ...each.children]).find((each) => each.id === id);
  return row?.tooltip;
}

function treeItem(row: Row): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, folds[row.fold]);
  item.id = row.id;
  item.description = row.description;
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
