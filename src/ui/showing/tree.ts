import * as vscode from 'vscode';
import { Queue } from '../../base/queue.ts';
import { mount, type Readable } from '../../base/store.ts';
import type { AppState } from '../../core/session/state.ts';
import { findRow, neighbour, parentOf } from '../../view/neighbour.ts';
import type { Row } from '../../view/row.ts';
import { type Shown, treeRows } from '../../view/rows.ts';
import { sameRows } from '../../view/sameRows.ts';
import { spoken } from '../../view/spoken.ts';
import { focusedRow } from './focusedRow.ts';
import { networkLines } from './networkLines.ts';
import { clickCommand } from './rowActions.ts';
import { Unfolder } from './unfolder.ts';

export interface PortsTree extends vscode.Disposable {
  /** The row with the keyboard focus. */
  focused(): Promise<Row | undefined>;
  /** The selected rows if `row` is one of them, else `row` alone. */
  selectedWith(row: Row): readonly Row[];
  /** Runs an action that may remove the focused row. If it does, the neighbour of the row gets the focus. */
  keepFocus(row: Row, action: () => Promise<unknown>): Promise<void>;
}

/** The Ports tree. `view/rows.ts` makes its rows. */
export function registerTree(state: Readable<AppState>, shown: Readable<Shown>): PortsTree {
  const changed = new vscode.EventEmitter<void>();
  let rows: readonly Row[] = [];
  let isAsked = false;
  let kept: { readonly id: string; readonly before: readonly Row[] } | undefined;
  /** RACE: a later redraw may come when the user is elsewhere, so the focus moves with the redraw that removes the row. */
  const moveFocus = (): void => {
    if (!kept || findRow(rows, kept.id)) return;
    const next = neighbour(kept.before, kept.id, rows);
    kept = undefined;
    if (next) void view.reveal(next, { focus: true, select: false });
  };
  const view = createView(state, changed.event, (row) => {
    if (!row) return rows;
    unfolder.askedFor(row);
    return row.children;
  });
  const unfolder = new Unfolder(view);
  const redraw = (): void => {
    changed.fire();
    unfolder.drawn(rows);
  };
  // Tooltips show traffic counters. They are made on demand, so that a new count does not redraw the tree.
  const draw = (): void => {
    const next = treeRows(state.get(), shown.get());
    if (sameRows(rows, next)) return;
    rows = next;
    if (!isAsked) redraw();
    moveFocus();
  };
  draw();
  const stops = [state.watch(draw), shown.watch(draw), mountBadge(state, view)].map((dispose) => ({ dispose }));
  const asking = new Queue(); // RACE: a key that is held down asks again before the selection is back
  const all = vscode.Disposable.from(...stops, view, changed, unfolder);
  const focused = async (): Promise<Row | undefined> => {
    const drawn = rows;
    isAsked = true;
    try {
      return await focusedRow(view);
    } finally {
      isAsked = false;
      if (rows !== drawn) redraw();
    }
  };
  return {
    dispose: () => all.dispose(),
    focused: () => asking.run(focused),
    selectedWith: (row) => (view.selection.some(({ id }) => id === row.id) ? view.selection : [row]),
    async keepFocus(row, action) {
      kept = { id: row.id, before: rows };
      try {
        await action();
      } finally {
        kept = undefined;
      }
    },
  };
}

function createView(
  state: Readable<AppState>,
  onDidChangeTreeData: vscode.Event<void>,
  children: (row?: Row) => readonly Row[],
): vscode.TreeView<Row> {
  return vscode.window.createTreeView('sshPorts.ports', {
    showCollapseAll: false,
    canSelectMany: true,
    treeDataProvider: {
      onDidChangeTreeData,
      getChildren: (row?: Row) => [...children(row)],
      getParent: ({ id }) => parentOf(children(), id),
      getTreeItem: treeItem,
      resolveTreeItem: (item, row) => Object.assign(item, { tooltip: tooltipOf(state.get(), row) }),
    },
  });
}

/** The number on the icon in the activity bar. */
function mountBadge(state: Readable<AppState>, view: vscode.TreeView<Row>): () => void {
  return mount(state, openForwards, (count) => {
    view.badge = badge(count);
  });
}

function openForwards({ hosts }: AppState): number {
  return hosts.flatMap((host) => host.forwards).filter(({ status }) => status.kind === 'open').length;
}

function badge(count: number): vscode.ViewBadge | undefined {
  if (count === 0) return undefined;
  return { value: count, tooltip: count === 1 ? '1 forwarded port' : `${count} forwarded ports` };
}

function tooltipOf(state: AppState, { id, target }: Row): string | undefined {
  const tooltip = findRow(treeRows(state), id)?.tooltip;
  return tooltip === undefined ? undefined : [tooltip, ...networkLines(state, target)].join('\n');
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
  item.accessibilityInformation = { label: spoken(row) };
  const command = clickCommand(row);
  if (command) item.command = command;
  return item;
}

const folds = {
  none: vscode.TreeItemCollapsibleState.None,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
} as const;
