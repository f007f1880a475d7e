import * as vscode from 'vscode';
import { delay } from '../../base/delay.ts';
import type { Row } from '../../view/row.ts';

/** VS Code waits this long before it redraws a changed tree. */
const redrawMs = 200;

/**
 * The row with the keyboard focus. VS Code tells extensions only the selection, which arrow keys do not change. So the
 * selection is toggled twice: the row that appears or disappears in between has the focus. Toggling opens nothing.
 * RACE: during a redraw the selection may be wrong. An answer counts only if one row changed and the selection came back.
 */
export async function focusedRow(view: vscode.TreeView<Row>): Promise<Row | undefined> {
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
