import * as vscode from 'vscode';
import { editFile } from '../../core/config/editing/save.ts';
import type { Sessions } from '../../core/session/sessions.ts';
import { unsavedChanges } from '../../view/configChanges.ts';
import * as say from '../asking/messages.ts';

/**
 * Changes a configuration file on disk and lets the list of hosts follow. What somebody is typing into it right now is
 * saved first, if they say so. False: they do not.
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
  await sessions.refreshHosts(new AbortController().signal);
  return true;
}
