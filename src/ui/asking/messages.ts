import * as vscode from 'vscode';
import { withoutLinks } from '../../view/withoutLinks.ts';

/** A confirmation in the status bar that goes away by itself. */
export function confirm(text: string): void {
  vscode.window.setStatusBarMessage(text, 3000);
}

/**
 * Messages with buttons. SECURITY: the text is made plain, because parts of it come from servers. Undefined: the user
 * closed the message.
 */
export async function info(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showInformationMessage(withoutLinks(text), ...buttons);
}

export async function warn(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showWarningMessage(withoutLinks(text), ...buttons);
}

export async function error(text: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showErrorMessage(withoutLinks(text), ...buttons);
}

/** A modal question. Undefined: cancelled. */
export async function ask(text: string, detail: string, ...buttons: readonly string[]): Promise<string | undefined> {
  return vscode.window.showWarningMessage(withoutLinks(text), { modal: true, detail }, ...buttons);
}
