import * as vscode from 'vscode';
import { delay } from '../base/delay.ts';
import { Queue } from '../base/queue.ts';
import { mount, type Readable } from '../base/store.ts';
import type { AppState } from '../core/session/state.ts';
import type { Row } from '../view/row.ts';
import { treeRows } from '../view/rows.ts';

/** The editor gathers changes of a tree for this long. */
const redrawMs = 200;

/** The Ports tree: rows as `view/rows.ts` gives them, redrawn when they change. */
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
  // Tooltips show counters that change all the time: they are made when they are looked at, and redraw nothing.
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
    (app) => app.hosts.flatMap((host) => host.forwards).filter(({ status }) => status.kind === 'listening').length,
    (count) => {
      view.badge =
        count === 0
          ? undefined
          : { value: count, tooltip: count === 1 ? '1 forwarded port' : `${count} forwarded ports` };
    },
  );
  const asking = new Queue(); // a key that is held down must not toggle in between
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

/**
 * The row that the arrow keys reached. The editor tells an extension of the selection alone, which they leave behind:
 * toggling adds the focused row to it, or takes it away, and toggling again puts it right. It opens nothing. While the
 * tree is still being drawn its selection is not to be trusted: an answer counts when it is one row and the selection is
 * back.
 */
async function focusedRow(view: vscode.TreeView<Row>): Promise<Row | undefined> {
  for (let tries = 3; tries > 0; tries--) {
    const before = view.selection;
    await vscode.commands.executeCommand('list.toggleSelection');
    const toggled = view.selection;
    await vscode.commands.executeCommand('list.toggleSelection');
    const [row, ...others] = [...without(toggled, before), ...without(before, toggled)];
    const isBack = without(view.selection, before).length + without(before, view.selection).length === 0;
    if (row && others.length === 0 && isBack) return row;
    await delay(redrawMs);
  }
  return undefined;
}

function without(rows: readonly Row[], others: readonly Row[]): readonly Row[] {
  return rows.filter((row) => others.every(({ id }) => id !== row.id));
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
