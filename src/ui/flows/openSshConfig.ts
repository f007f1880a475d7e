import path from 'node:path';
import * as vscode from 'vscode';
import { configFiles } from '../../core/config/resolve.ts';
import { realEnvironment } from '../../core/config/environment.ts';

/** The file that is the user's own to write: the one of the setting, else `~/.ssh/config`. */
export function userConfigFile(configFile: string | undefined): string {
  const environment = realEnvironment({});
  return configFiles(configFile, environment)[0]?.file ?? path.join(environment.home, '.ssh', 'config');
}

/** Opens a configuration file, at a line where one is known. */
export async function openSshConfig(place: { readonly file: string; readonly line?: number }): Promise<void> {
  const uri = vscode.Uri.file(place.file);
  const exists = await vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  // A file that does not exist yet opens as a new one of that name: nothing is written before the user saves it.
  const editor = await vscode.window.showTextDocument(exists ? uri : uri.with({ scheme: 'untitled' }));
  if (place.line === undefined || !exists) return;
  // The line is one of the file on disk, and an open editor may not have read the latest change yet.
  if (!editor.document.isDirty) await vscode.commands.executeCommand('workbench.action.files.revert');
  const line = new vscode.Position(place.line - 1, 0);
  editor.selection = new vscode.Selection(line, line);
  editor.revealRange(new vscode.Range(line, line), vscode.TextEditorRevealType.AtTop);
}
