import * as vscode from 'vscode';
import { delay } from '../../base/delay.ts';
import type { Row } from '../../view/row.ts';

/** The editor gathers changes of a tree for this long. */
const redrawMs = 200;

/**
 * The row that the arrow keys reached. The editor tells an extension of the selection alone, which they leave behind:
 * toggling adds the focused row to it, or takes it away, and toggling again puts it right. It opens nothing. While the
 * tree is still being drawn its selection is not to be trusted: an answer counts when it is one row and the selection is
 * back.
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
