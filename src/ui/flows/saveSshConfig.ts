import * as vscode from 'vscode';
import { unsavedChanges } from '../../view/configChanges.ts';
import * as say from '../asking/messages.ts';

/**
 * Asks the user to save a configuration file with unsaved changes, before SSH Ports writes to it. False: the user did not
 * save.
 */
export async function isSaved(file: string): Promise<boolean> {
  const open = vscode.workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.fsPath === file);
  if (!open) return true;
  const save = 'Save and Continue';
  return (await say.warn(unsavedChanges(file), save)) === save && open.save();
}
