import * as vscode from 'vscode';
import { never } from '../../base/delay.ts';
import { editFile } from '../../base/editFile.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { unsavedChanges } from '../../view/configChanges.ts';
import * as say from '../asking/messages.ts';

/**
 * Changes an SSH configuration file on disk and reads the list of hosts again. If the editor has unsaved changes of that
 * file, the user is asked to save them first. False: the user did not save.
 */
export async function changeSshConfig(
  sessions: Sessions,
  file: string,
  edit: (text: string) => string,
): Promise<boolean> {
  const open = vscode.workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.fsPath === file);
  if (open) {
    const save = 'Save and Continue';
    const choice = await say.warn(unsavedChanges(file), save);
    if (choice !== save || !(await open.save())) return false;
  }
  await editFile(file, edit);
  await sessions.refreshHosts(never);
  return true;
}
