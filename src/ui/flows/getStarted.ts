import * as vscode from 'vscode';
import type { Flow } from '../context.ts';

/** Opens the walkthrough. */
export const getStarted: Flow = async ({ extension }) => {
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extension.id}#start`, false);
};
