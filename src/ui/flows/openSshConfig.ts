import * as vscode from 'vscode';
import { findHost } from '../../core/session/state.ts';
import { hostOf } from '../../view/row.ts';
import type { Flow } from '../context.ts';

/** Opens the SSH configuration at the place of a row; without a place the user's own file. */
export const openConfig: Flow = async ({ engine }, row) => {
  if (row?.target?.kind === 'place') return openSshConfig(row.target);
  const name = hostOf(row);
  const source = name === undefined ? undefined : findHost(engine.state.get(), name)?.source;
  await openSshConfig(source?.kind === 'config' ? source : { file: await engine.userConfigFile() });
};

/** Opens a configuration file, at a line where one is known. */
export async function openSshConfig(place: { readonly file: string; readonly line?: number }): Promise<void> {
  const uri = vscode.Uri.file(place.file);
  const exists = await vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  // A missing file opens as an untitled document of that name. The user decides whether to save it.
  const editor = await vscode.window.showTextDocument(exists ? uri : uri.with({ scheme: 'untitled' }));
  if (place.line === undefined || !exists) return;
  // RACE: the line number belongs to the file on disk, and an open editor may not have read the latest change yet.
  if (!editor.document.isDirty) await vscode.commands.executeCommand('workbench.action.files.revert');
  const line = new vscode.Position(place.line - 1, 0);
  editor.selection = new vscode.Selection(line, line);
  editor.revealRange(new vscode.Range(line, line), vscode.TextEditorRevealType.AtTop);
}
