import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import type { Row } from '../../view/row.ts';
import { guard } from '../guard.ts';
import { rowActions } from './rowActions.ts';
import type { PortsTree } from './tree.ts';

/** VS Code reports the second click of a double click as another click. */
const doubleClickMs = 500;

/** The Enter key and a double click run the action of every row. */
export function registerRowClicks(tree: PortsTree, log: Log): vscode.Disposable {
  const run = async (row: Row): Promise<void> => {
    const action = row.click && rowActions[row.click];
    if (action) await tree.keepFocus(row, async () => vscode.commands.executeCommand(action, row));
  };
  let last = { id: '', atMs: 0 };
  const click = async (row: Row): Promise<void> => {
    const isSecond = last.id === row.id && Date.now() - last.atMs < doubleClickMs;
    last = isSecond ? { id: '', atMs: 0 } : { id: row.id, atMs: Date.now() };
    if (isSecond) await run(row);
  };
  const enter = async (): Promise<void> => {
    const row = await tree.focused();
    if (row?.click) await run(row);
    else await vscode.commands.executeCommand('list.select');
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('sshPorts.clickForward', (row: Row) => guard(log, () => click(row))),
    vscode.commands.registerCommand('sshPorts.enterRow', () => guard(log, enter)),
  );
}
