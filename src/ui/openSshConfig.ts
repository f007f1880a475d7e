import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { HostSource } from '../core/session/state.ts';

/** Opens the SSH configuration, at the line of the host's block where there is one. */
export async function openSshConfig(source: HostSource | undefined, configFile: string | undefined): Promise<void> {
  const file = source?.kind === 'config' ? source.file : (configFile ?? path.join(os.homedir(), '.ssh', 'config'));
  const uri = vscode.Uri.file(file);
  const exists = await vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  // A file that does not exist yet opens as a new one of that name: nothing is written before the user saves it.
  const editor = await vscode.window.showTextDocument(exists ? uri : uri.with({ scheme: 'untitled' }));
  if (source?.kind !== 'config') return;
  const line = new vscode.Position(source.line - 1, 0);
  editor.selection = new vscode.Selection(line, line);
  editor.revealRange(new vscode.Range(line, line), vscode.TextEditorRevealType.AtTop);
}
